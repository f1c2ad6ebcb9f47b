// Commands typed at the prompt.
import type { ClientWebSocketResponse } from "../../client/mod.ts";
import type { ParsedArgs } from "../args/parse_args.ts";
import type { WsOption } from "../specs/ws.ts";
import type { Console } from "./console.ts";
import type { SentPings } from "./sent_pings.ts";

export interface Talk {
  readonly socket: ClientWebSocketResponse;
  readonly terminal: Console;
  readonly parsed: ParsedArgs<WsOption>;
  readonly typed: SentPings;
  isLeaving: boolean;
}

/** Runs a command that begins with a slash; `//x` sends `/x`. */
export async function typedCommand(line: string, talk: Talk): Promise<boolean> {
  const { socket, terminal, typed } = talk;
  const [name, argument] = line.trim().split(/\s+/, 2);
  if (line.startsWith("//")) await socket.sendStr(line.slice(1));
  else if (name === "/ping") await typed.send(socket, line.trim().slice(5).trim());
  else if (name === "/quit") return true;
  else if (name === "/close") {
    const code = Number(argument ?? "1000");
    if (code !== 1000 && !(code >= 3000 && code <= 4999)) {
      await terminal.note("a code is 1000, or 3000 to 4999");
      return false;
    }
    talk.isLeaving = true; // this side closes the connection
    await socket.close(code);
    return true;
  } else await terminal.note("commands: /ping [TEXT], /close [CODE], /quit; //x sends /x");
  return false;
}

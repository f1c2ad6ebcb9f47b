// Commands typed at the prompt.
import type { ClientWebSocketResponse } from "../../client/mod.ts";
import type { Console } from "./console.ts";
import type { Pinged } from "./pings.ts";

/** Runs a command that begins with a slash; `//x` sends `/x`. */
export async function typedCommand(
  line: string,
  socket: ClientWebSocketResponse,
  terminal: Console,
  pings: TypedPings,
  leave: () => void,
): Promise<boolean> {
  const [name, argument] = line.trim().split(/\s+/, 2);
  if (line.startsWith("//")) await socket.sendStr(line.slice(1));
  else if (name === "/ping") await pings.send(socket, line.trim().slice(5).trim());
  else if (name === "/quit") return true;
  else if (name === "/close") {
    const code = Number(argument ?? "1000");
    if (code !== 1000 && !(code >= 3000 && code <= 4999)) {
      await terminal.note("a code is 1000, or 3000 to 4999");
      return false;
    }
    leave(); // this side closes the connection
    await socket.close(code);
    return true;
  } else await terminal.note("commands: /ping [TEXT], /close [CODE], /quit; //x sends /x");
  return false;
}

/** Pings waiting for their answers. */
export class TypedPings {
  readonly #sent: { readonly data: string; readonly text: string; readonly at: number }[] = [];
  #count = 0;

  /**
   * Sends a ping.
   * @throws {RangeError} If it is longer than 125 bytes.
   */
  async send(socket: Pinged, text: string): Promise<void> {
    const data = text === "" ? `ping ${++this.#count}` : text;
    this.#sent.push({ data, text, at: performance.now() });
    await socket.ping(new TextEncoder().encode(data));
  }

  /**
   * Handles a pong.
   * @returns A note for the user, `null` if it answers no ping.
   */
  answered(bytes: Uint8Array): string | null {
    const data = new TextDecoder().decode(bytes);
    const at = this.#sent.findIndex((each) => each.data === data);
    // It also answers earlier pings (RFC 6455 section 5.5.3).
    const ping = this.#sent.splice(0, at + 1).at(-1);
    if (ping === undefined) return null;
    const ms = (performance.now() - ping.at).toFixed(1);
    return `pong${ping.text === "" ? "" : ` "${ping.text}"`} in ${ms} ms`;
  }
}

import {
  Application,
  get,
  HTTPNotFound,
  type RunAppOptions,
  textResponse,
  WebSocketGroup,
  WebSocketResponse,
  type WebSocketResponseOptions,
} from "../../server/mod.ts";
import { WSMsgType } from "../../shared.ts";
import { accountOf, requireAccount } from "../listening/accounts.ts";
import { serve } from "../listening/listen.ts";
import { writeErr } from "../io/output.ts";
import type { ParsedArgs } from "../args/parse_args.ts";
import type { WsOption } from "../specs/ws.ts";
import { badArgument } from "../errors/errors.ts";
import { commonOptions } from "./connect_options.ts";
import { type Console, fromBase64, openConsole } from "./console.ts";

export async function broadcast(parsed: ParsedArgs<WsOption>, port: number): Promise<number> {
  const only = parsed.value("restrict-uri");
  if (only !== undefined && !only.startsWith("/")) {
    throw badArgument("restrict-uri", `"${only}" is not a path such as /chat`);
  }
  const accounts = parsed.all("auth").map((each) => accountOf("auth", each));
  const socketOptions = socketOptionsOf(parsed);
  const room = new WebSocketGroup();
  const stop = new AbortController();
  using terminal = await openConsole(parsed);
  const app = new Application();
  app.addRoutes([get("/{path:.*}", async (request) => {
    requireAccount(accounts, request);
    if (only !== undefined && request.path !== only) throw new HTTPNotFound();
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return textResponse(`A WebSocket server: roundtrip ws ws://${request.host}/\n`);
    }
    const socket = new WebSocketResponse(socketOptions);
    await socket.prepare(request);
    await room.join(socket);
    for await (const message of socket) {
      if (message.type !== WSMsgType.TEXT && message.type !== WSMsgType.BINARY) continue;
      await terminal.print(message.data);
      await room.send(message.data);
    }
    return socket;
  })]);
  app.onShutdown.push(() => room.close());
  const options: RunAppOptions = {
    host: parsed.value("hostname") ?? "localhost",
    port,
    signal: stop.signal,
    // Standard output is for messages.
    print(text) {
      const line = text.replace("http:", "ws:");
      void (terminal.interactive ? terminal.note(line) : writeErr(`${line}\n`));
    },
  };
  let code = 0;
  const onInterrupt = (): void => {
    code = 130;
    stop.abort();
  };
  Deno.addSignalListener("SIGINT", onInterrupt);
  void terminal.interrupted.then(onInterrupt);
  let failure: unknown = null;
  void forward(terminal, room, parsed).then((end) => {
    if (end === "quit") stop.abort();
  }, (error) => {
    failure = error;
    stop.abort();
  });
  await serve(app, options);
  Deno.removeSignalListener("SIGINT", onInterrupt);
  if (failure !== null) throw failure;
  return code;
}

function socketOptionsOf(parsed: ParsedArgs<WsOption>): WebSocketResponseOptions {
  const origin = parsed.value("origin");
  const known = origin === undefined ? null : URL.parse(origin)?.origin ?? "null";
  if (known === "null") {
    throw badArgument("origin", `"${origin}" is not an origin such as https://example.com`);
  }
  return { ...commonOptions(parsed), ...(known === null ? {} : { checkOrigin: [known] }) };
}

async function forward(
  terminal: Console,
  room: WebSocketGroup,
  parsed: ParsedArgs<WsOption>,
): Promise<"end" | "quit"> {
  const decoder = new TextDecoder();
  for await (const bytes of terminal.input) {
    const text = decoder.decode(bytes);
    if (!terminal.interactive || !text.startsWith("/")) {
      if (parsed.has("base64")) await room.send(fromBase64(text));
      else await room.send(parsed.has("binary") ? bytes : text);
    } else if (text.trim() === "/quit") return "quit";
    else if (text.startsWith("//")) await room.send(text.slice(1));
    else await terminal.note("commands: /quit; //x sends /x");
  }
  return "end";
}

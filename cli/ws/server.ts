/**
 * `roundtrip ws -s PORT`: a room for everyone who connects.
 * @module
 */
import {
  Application,
  get,
  runApp,
  type RunAppOptions,
  textResponse,
  WebSocketGroup,
  WebSocketResponse,
  WSMsgType,
} from "../../server/mod.ts";
import { explainListening } from "../listen.ts";
import { writeErr } from "../output.ts";
import type { ParsedArgs } from "../parse_args.ts";
import { openConsole } from "./console.ts";

/**
 * Runs the server.
 *
 * @param parsed Options.
 * @param port Port to bind.
 * @returns Exit code.
 */
export async function broadcast(parsed: ParsedArgs, port: number): Promise<number> {
  const room = new WebSocketGroup();
  using terminal = await openConsole(parsed);
  const app = new Application();
  app.addRoutes([get("/{path:.*}", async (request) => {
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return textResponse(`A WebSocket server: roundtrip ws ws://${request.host}/\n`);
    }
    const socket = new WebSocketResponse();
    await socket.prepare(request);
    room.join(socket);
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
    // Standard output is for messages.
    print: (text) => void writeErr(`${text.replace("http:", "ws:")}\n`),
  };
  void forward(terminal.input, room, parsed.has("binary"));
  await explainListening(() => runApp(app, options), options);
  return 0;
}

async function forward(
  input: AsyncIterable<Uint8Array<ArrayBuffer>>,
  room: WebSocketGroup,
  binary: boolean,
): Promise<void> {
  const decoder = new TextDecoder();
  for await (const bytes of input) await room.send(binary ? bytes : decoder.decode(bytes));
}

/**
 * `roundtrip ws URL`: a conversation with a server.
 * @module
 */
import {
  ClientConnectionError,
  ClientSession,
  type ClientWebSocketResponse,
  CookieJar,
  reconnect,
  ServerTimeoutError,
  type WSConnectOptions,
  WSMsgType,
  WSServerHandshakeError,
} from "../../client/mod.ts";
import type { ParsedArgs } from "../parse_args.ts";
import { parseItem } from "../request/items.ts";
import { parseUrl } from "../request/target.ts";
import { CommandError, UsageError } from "../usage_error.ts";
import { type Console, openConsole } from "./console.ts";

// RFC 6455 section 7.4.1: done, going away, and a close frame without a code.
const FINE = new Set([1000, 1001, 1005]);

/**
 * Runs the conversation.
 *
 * @param parsed Options.
 * @param word URL.
 * @param items Headers and query parameters.
 * @returns Exit code.
 */
export async function converse(
  parsed: ParsedArgs,
  word: string,
  items: readonly string[],
): Promise<number> {
  const { url, credentials } = parseUrl(word, "ws");
  const options = connectOptions(parsed, items, url, parsed.value("auth") ?? credentials);
  await using session = new ClientSession({ cookieJar: new CookieJar({ unsafe: true }) });
  using terminal = await openConsole(parsed);
  const interrupt = Promise.withResolvers<"interrupted">();
  const onSignal = (): void => interrupt.resolve("interrupted");
  Deno.addSignalListener("SIGINT", onSignal);
  void terminal.interrupted.then(onSignal);
  try {
    if (!parsed.has("reconnect")) {
      await using socket = await session.wsConnect(url, options);
      return await talk(socket, terminal, parsed, interrupt.promise);
    }
    const connect = (): Promise<ClientWebSocketResponse> => session.wsConnect(url, options);
    const onRetry = (error: Error | null, delay: number): void => {
      const why = error === null ? "the connection ended" : error.message;
      terminal.note(`${why}; trying again in ${(delay / 1000).toFixed(1)} s`);
    };
    let code = 0;
    for await (const socket of reconnect(connect, { onRetry })) {
      code = await talk(socket, terminal, parsed, interrupt.promise);
      if (code !== LOST) return code;
    }
    return code;
  } catch (error) {
    throw explained(error);
  } finally {
    Deno.removeSignalListener("SIGINT", onSignal);
  }
}

const LOST = 3;

async function talk(
  socket: ClientWebSocketResponse,
  terminal: Console,
  parsed: ParsedArgs,
  interrupted: Promise<"interrupted">,
): Promise<number> {
  await terminal.note(`connected${socket.protocol === null ? "" : `, ${socket.protocol}`}`);
  const wait = (parsed.number("wait", { max: 86_400, fraction: true }) ?? 1) * 1000;
  const silence = new Silence(wait);
  let leaving = false;
  const leave = (): void => void (leaving = true);
  const sent = send(socket, terminal, parsed, leave).then(async (end) => {
    if (end === "quit") return "input" as const;
    if (parsed.has("no-close")) return await new Promise<never>(() => {});
    silence.start();
    await silence.over;
    return "input" as const;
  });
  const received = receive(socket, terminal, parsed, silence);
  const end = await Promise.race([received, sent, interrupted]);
  silence.stop();
  if (end === "interrupted") {
    await socket.close();
    return 130;
  }
  if (end === "input") {
    if (!socket.closed) await socket.close();
    return 0;
  }
  if (end === "first" || leaving) return 0;
  const error = socket.exception();
  if (error !== null) throw error;
  const code = socket.closeCode ?? 1006;
  await terminal.note(`the server closed, ${code}`);
  return FINE.has(code) ? 0 : LOST;
}

async function send(
  socket: ClientWebSocketResponse,
  terminal: Console,
  parsed: ParsedArgs,
  leave: () => void,
): Promise<"end" | "quit"> {
  const decoder = new TextDecoder();
  for await (const bytes of terminal.input) {
    if (socket.closed) return "end";
    if (terminal.interactive && bytes[0] === 0x2f /* / */) {
      if (await command(socket, terminal, decoder.decode(bytes), leave)) return "quit";
    } else if (parsed.has("base64")) await socket.sendBytes(fromBase64(decoder.decode(bytes)));
    else if (parsed.has("binary")) await socket.sendBytes(bytes);
    else await socket.sendStr(decoder.decode(bytes));
  }
  return "end";
}

/** A line that begins with a slash; "//x" sends "/x". Gives whether it was the last one. */
async function command(
  socket: ClientWebSocketResponse,
  terminal: Console,
  line: string,
  leave: () => void,
): Promise<boolean> {
  const [name, argument] = line.trim().split(/\s+/, 2);
  if (line.startsWith("//")) await socket.sendStr(line.slice(1));
  else if (name === "/ping") await socket.ping();
  else if (name === "/quit") return true;
  else if (name === "/close") {
    const code = Number(argument ?? "1000");
    if (code !== 1000 && !(code >= 3000 && code <= 4999)) {
      await terminal.note("a code is 1000, or 3000 to 4999");
      return false;
    }
    leave(); // the end that follows is this side's
    await socket.close(code);
    return true;
  } else await terminal.note("commands: /ping, /close [CODE], /quit; //x sends /x");
  return false;
}

async function receive(
  socket: ClientWebSocketResponse,
  terminal: Console,
  parsed: ParsedArgs,
  silence: Silence,
): Promise<"closed" | "first"> {
  for await (const message of socket) {
    silence.broken();
    if (message.type === WSMsgType.PING) {
      await terminal.print("[ping]");
      await socket.pong(message.data);
    } else if (message.type === WSMsgType.PONG) await terminal.print("[pong]");
    else if (message.type === WSMsgType.TEXT || message.type === WSMsgType.BINARY) {
      await terminal.print(message.data);
      if (parsed.has("one-message")) {
        await socket.close();
        return "first";
      }
    }
  }
  return "closed";
}

/** Waits until nothing has come for a while. */
class Silence {
  readonly #ms: number;
  readonly #done = Promise.withResolvers<void>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #started = false;

  constructor(ms: number) {
    this.#ms = ms;
  }

  get over(): Promise<void> {
    return this.#done.promise;
  }

  start(): void {
    this.#started = true;
    this.broken();
  }

  broken(): void {
    if (!this.#started) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#done.resolve, this.#ms);
  }

  stop(): void {
    this.#started = false;
    clearTimeout(this.#timer);
  }
}

function connectOptions(
  parsed: ParsedArgs,
  items: readonly string[],
  url: URL,
  auth: string | null,
): WSConnectOptions {
  const headers: [string, string][] = [];
  const params: [string, string][] = [];
  for (const word of items) {
    const item = parseItem(word);
    if (item.kind === "query") params.push([item.name, item.value]);
    else if (item.kind === "header" && item.value !== null) headers.push([item.name, item.value]);
    else throw new UsageError(`item '${word}': a handshake has NAME:VALUE and NAME==VALUE only`);
  }
  if (auth !== null) {
    if (!auth.includes(":")) throw new UsageError("argument --auth: expected USER:PASS");
    const bytes = new TextEncoder().encode(auth);
    headers.push(["Authorization", `Basic ${btoa(String.fromCharCode(...bytes))}`]);
  }
  const heartbeat = parsed.number("ping-interval", { max: 86_400, fraction: true });
  const maxMsgSize = parsed.number("max-size");
  const origin = parsed.value("origin");
  if (url.protocol === "http:") url.protocol = "ws:";
  if (url.protocol === "https:") url.protocol = "wss:";
  return {
    headers,
    params,
    protocols: parsed.all("protocol"),
    autoping: !parsed.has("print-pings"),
    ...(heartbeat === undefined ? {} : { heartbeat: heartbeat * 1000 }),
    ...(maxMsgSize === undefined ? {} : { maxMsgSize }),
    ...(origin === undefined ? {} : { origin }),
  };
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
  } catch (cause) {
    throw new CommandError(`a line of the input is no base64: ${text.slice(0, 40)}`, { cause });
  }
}

function explained(error: unknown): unknown {
  if (error instanceof WSServerHandshakeError) {
    return new CommandError(
      `${error.message}; is this the path of a WebSocket? roundtrip shows what it answers`,
      { exitCode: 4, cause: error },
    );
  }
  if (error instanceof ServerTimeoutError) {
    return new CommandError(error.message, { exitCode: 2, cause: error });
  }
  if (error instanceof ClientConnectionError) {
    return new CommandError(`${error.message}; is the server running, and is the port right?`, {
      cause: error,
    });
  }
  return error;
}

/**
 * `roundtrip ws URL`: a conversation with a server.
 * @module
 */
import {
  ClientConnectionError,
  ClientConnectorError,
  ClientError,
  ClientSession,
  type ClientWebSocketResponse,
  type ConnectorOptions,
  CookieJar,
  reconnect,
  ServerTimeoutError,
  TooManyRedirectsError,
  WebSocketLimitError,
  WebSocketProtocolError,
  WebSocketTimeoutError,
  WSMsgType,
  WSServerHandshakeError,
} from "../../client/mod.ts";
import { missingPermission } from "../errors/missing_permission.ts";
import type { ParsedArgs } from "../args/parse_args.ts";
import { prepareEnvironment } from "../connecting/proxy_environment.ts";
import { authOf } from "../connecting/credentials.ts";
import { explained as explainedConnection } from "../connecting/explained.ts";
import { parseUrl } from "../connecting/target.ts";
import { CommandError, UsageError } from "../errors/usage_error.ts";
import { type Console, openConsole } from "./console.ts";
import { connectOptions, connectorOf, ownPings } from "./connect_options.ts";
import { fromBase64 } from "./from_base64.ts";
import { Pings, PingTimeoutError } from "./pings.ts";

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
  const auth = authOf(parsed, credentials);
  const options = connectOptions(parsed, items, url, auth?.value ?? null);
  prepareEnvironment(auth === null && !parsed.has("ignore-netrc"));
  await using session = sessionOf(connectorOf(parsed, url));
  using terminal = await openConsole(parsed);
  const interrupt = Promise.withResolvers<"interrupted">();
  let signals = 0;
  const onSignal = (): void => {
    if (signals++ > 0) Deno.exit(130); // the server does not answer the close, and the user knows
    interrupt.resolve("interrupted");
  };
  Deno.addSignalListener("SIGINT", onSignal);
  void terminal.interrupted.then(onSignal);
  try {
    const input = new Input(terminal.input);
    if (!parsed.has("reconnect")) {
      await using socket = await session.wsConnect(url, options);
      return await talk(socket, terminal, input, parsed, interrupt.promise);
    }
    const leaving = new AbortController();
    void interrupt.promise.then(() => leaving.abort());
    const connect = (): Promise<ClientWebSocketResponse> => session.wsConnect(url, options);
    const onRetry = (error: Error | null, delay: number): void => {
      const why = error === null ? "the connection ended" : error.message;
      terminal.note(`${why}; trying again in ${(delay / 1000).toFixed(1)} s`);
    };
    for await (const socket of reconnect(connect, { onRetry, signal: leaving.signal })) {
      try {
        const code = await talk(socket, terminal, input, parsed, interrupt.promise);
        // 1001 is a server that stops, to be started again most of the time.
        if (code !== LOST && !(code === 0 && socket.closeCode === 1001)) return code;
      } catch (error) {
        if (!isLoss(error)) throw error;
        await terminal.note(error.message);
      }
    }
    return 130;
  } catch (error) {
    throw explained(error, parsed);
  } finally {
    Deno.removeSignalListener("SIGINT", onSignal);
  }
}

function sessionOf(connector: ConnectorOptions): ClientSession {
  try {
    return new ClientSession({
      cookieJar: new CookieJar({ unsafe: true }),
      trustEnv: true,
      connector,
    });
  } catch (cause) {
    if (!(cause instanceof Error) || (connector.caCerts ?? connector.cert) === undefined) {
      throw cause;
    }
    // "Cannot use connector.caCerts[0]: expected the text of a PEM file with a certificate"
    const why = cause.message.replace(/^Cannot use connector\.\w+(?:\[\d\])?: /, "");
    const options = connector.caCerts === undefined ? "--cert, --cert-key" : "--verify";
    throw new UsageError(`argument ${options}: ${why}`, { cause });
  }
}

const LOST = 3;

/** Whether an error ends a connection that the next one may do better. */
function isLoss(error: unknown): error is Error {
  return error instanceof ClientConnectionError || error instanceof PingTimeoutError ||
    error instanceof WebSocketTimeoutError || isCut(error);
}

/** Whether the connection ended without a close frame: code 1006, which is no error of a class. */
function isCut(error: unknown): error is Error {
  return error instanceof Error && error.message.startsWith("WebSocket connection lost");
}

async function talk(
  socket: ClientWebSocketResponse,
  terminal: Console,
  input: Input,
  parsed: ParsedArgs,
  interrupted: Promise<"interrupted">,
): Promise<number> {
  await terminal.note(`connected${socket.protocol === null ? "" : `, ${socket.protocol}`}`);
  const wait = (parsed.number("wait", { max: 86_400, fraction: true }) ?? 1) * 1000;
  const silence = new Silence(wait);
  let leaving = false;
  const leave = (): void => void (leaving = true);
  const sent = send(socket, terminal, input, parsed, leave).then(async (end) => {
    if (end === "quit") return "input" as const;
    // Of a connection that is closing, what it closes with counts.
    if (end === "lost" || parsed.has("no-close")) return await new Promise<never>(() => {});
    silence.start();
    await silence.over;
    return "input" as const;
  });
  using pings = pingsOf(socket, terminal, parsed);
  const received = receive(socket, terminal, parsed, silence, pings);
  const ends: Promise<"closed" | "first" | "input" | "interrupted">[] = [
    received,
    sent,
    interrupted,
  ];
  if (pings !== null) ends.push(pings.dead);
  const end = await Promise.race(ends);
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
  input: Input,
  parsed: ParsedArgs,
  leave: () => void,
): Promise<"end" | "lost" | "quit"> {
  const decoder = new TextDecoder();
  for (let bytes = await input.peek(); bytes !== null; bytes = await input.peek()) {
    if (socket.closed) return "lost"; // the message is the next connection's
    input.take();
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
  pings: Pings | null,
): Promise<"closed" | "first"> {
  for await (const message of socket) {
    if (message.type === WSMsgType.PONG && pings?.answered(message.data)) {
      if (parsed.has("print-pings")) await terminal.print("[pong]");
      continue;
    }
    silence.broken();
    if (message.type === WSMsgType.PING) {
      if (parsed.has("print-pings")) await terminal.print("[ping]");
      await socket.pong(message.data);
    } else if (message.type === WSMsgType.PONG) {
      if (parsed.has("print-pings")) await terminal.print("[pong]");
    } else if (message.type === WSMsgType.TEXT || message.type === WSMsgType.BINARY) {
      await terminal.print(message.data);
      if (parsed.has("one-message")) {
        await socket.close();
        return "first";
      }
    }
  }
  return "closed";
}

/** Pings of the command's own, where their times matter; the library's heartbeat tells none. */
function pingsOf(
  socket: ClientWebSocketResponse,
  terminal: Console,
  parsed: ParsedArgs,
): Pings | null {
  if (!ownPings(parsed)) return null;
  const interval = parsed.number("ping-interval", { max: 86_400, fraction: true });
  if (!interval) throw new UsageError("--ping-timeout and --print-ping-rtts need --ping-interval");
  const limit = parsed.number("ping-timeout", { max: 86_400, fraction: true }) ?? interval / 2;
  return new Pings(socket, interval * 1000, limit * 1000, (ms) => {
    if (parsed.has("print-ping-rtts")) {
      // That nobody reads any more is told by the next message.
      terminal.print(`[pong in ${ms.toFixed(1)} ms]`).catch(() => {});
    }
  });
}

/** The input over several connections: what one has not sent is there for the next one. */
class Input {
  readonly #iterator: AsyncIterator<Uint8Array<ArrayBuffer>>;
  #next: Promise<Uint8Array<ArrayBuffer> | null> | null = null;

  constructor(input: AsyncIterable<Uint8Array<ArrayBuffer>>) {
    this.#iterator = input[Symbol.asyncIterator]();
  }

  /** The next message, `null` at the end; it stays until it is taken. */
  peek(): Promise<Uint8Array<ArrayBuffer> | null> {
    this.#next ??= this.#iterator.next().then(({ done, value }) => done ? null : value);
    return this.#next;
  }

  take(): void {
    this.#next = null;
  }
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

function explained(error: unknown, parsed: ParsedArgs): unknown {
  if (missingPermission(error) !== null) return error; // what is missing is the whole message
  if (isCut(error)) return new CommandError(error.message, { exitCode: LOST, cause: error });
  if (error instanceof TooManyRedirectsError) {
    return new CommandError("the server redirects without end; --follow shows the way", {
      exitCode: 4,
      cause: error,
    });
  }
  if (error instanceof WSServerHandshakeError) {
    return new CommandError(
      `${error.message}; is this the path of a WebSocket? roundtrip shows what it answers`,
      { exitCode: 4, cause: error },
    );
  }
  if (error instanceof ServerTimeoutError) {
    return new CommandError(error.message, { exitCode: 2, cause: error });
  }
  if (error instanceof PingTimeoutError) {
    return new CommandError(`${error.message}; --ping-timeout is the limit`, {
      exitCode: 2,
      cause: error,
    });
  }
  if (error instanceof WebSocketTimeoutError) {
    const waited = `no answer to a ping in ${error.limit / 1000} s`;
    return new CommandError(`${waited}, half of --ping-interval; --ping-timeout sets another`, {
      exitCode: 2,
      cause: error,
    });
  }
  if (error instanceof WebSocketLimitError) {
    return new CommandError(`${error.message}; --max-size BYTES allows more`, { cause: error });
  }
  if (error instanceof WebSocketProtocolError) {
    return new CommandError(error.message, { cause: error });
  }
  if (error instanceof ClientConnectorError && error.failure !== "refused") {
    return explainedConnection(error, parsed);
  }
  if (error instanceof ClientConnectionError) {
    return new CommandError(`${error.message}; is the server running, and is the port right?`, {
      cause: error,
    });
  }
  if (error instanceof ClientError) return new CommandError(error.message, { cause: error });
  return error;
}

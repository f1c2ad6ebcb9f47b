import { clearTimeout as stopTimer, setTimeout as startTimer } from "node:timers";
import { ClientSession, CookieJar, reconnect } from "../../client/mod.ts";
import type { ClientWebSocketResponse } from "../../client/mod.ts";
import { WebSocketClosedError, WSMsgType } from "../../shared.ts";
import type { ParsedArgs } from "../args/parse_args.ts";
import type { WsOption } from "../specs/ws.ts";
import { prepareEnvironment, transportOf } from "../connecting/connection.ts";
import { authOf } from "../connecting/credentials.ts";
import { parseUrl } from "../connecting/target.ts";
import { UsageError } from "../errors/errors.ts";
import { type Console, fromBase64, Input, openConsole } from "./console.ts";
import { connectOptions, ownPings } from "./connect_options.ts";
import { explained, isLoss, LOST } from "./failures.ts";
import { Pings, SentPings } from "./pings.ts";

// RFC 6455 section 7.4.1: normal closure, going away, and no status code.
const FINE = new Set([1000, 1001, 1005]);

// Limit for the handshake or the close after Ctrl-C.
const LEAVE_WAIT = 200; // ms

export async function converse(
  parsed: ParsedArgs<WsOption>,
  word: string,
  items: readonly string[],
): Promise<number> {
  const { url, credentials } = parseUrl(word, "ws");
  const auth = await authOf(parsed, { url, credentials });
  const options = connectOptions(parsed, items, url, auth);
  prepareEnvironment(auth === null && !parsed.has("ignore-netrc"));
  await using session = new ClientSession({
    cookieJar: new CookieJar({ unsafe: true }),
    trustEnv: true,
    transport: await transportOf(parsed, false),
  });
  using terminal = await openConsole(parsed);
  const interrupt = Promise.withResolvers<"interrupted">();
  const leave = (): never => {
    terminal[Symbol.dispose]();
    Deno.exit(130);
  };
  let leaving: ReturnType<typeof setTimeout> | undefined;
  const onSignal = (): void => {
    if (leaving !== undefined) leave();
    interrupt.resolve("interrupted");
    leaving = setTimeout(leave, LEAVE_WAIT);
  };
  Deno.addSignalListener("SIGINT", onSignal);
  void terminal.interrupted.then(onSignal);
  try {
    const input = new Input(terminal.input);
    if (!parsed.has("reconnect")) {
      await using socket = await session.wsConnect(url, options);
      return await talk(socket, terminal, input, parsed, interrupt.promise);
    }
    const stop = new AbortController();
    void interrupt.promise.then(() => stop.abort());
    const connect = (): Promise<ClientWebSocketResponse> => session.wsConnect(url, options);
    const onRetry = (error: Error | null, delay: number): void => {
      const why = error === null ? "the connection ended" : error.message;
      terminal.note(`${why}; trying again in ${(delay / 1000).toFixed(1)} s`);
    };
    for await (const socket of reconnect(connect, { onRetry, signal: stop.signal })) {
      try {
        const code = await talk(socket, terminal, input, parsed, interrupt.promise);
        // 1001 is a server that goes away, usually to restart.
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
    clearTimeout(leaving);
    Deno.removeSignalListener("SIGINT", onSignal);
  }
}

interface Talk {
  readonly socket: ClientWebSocketResponse;
  readonly terminal: Console;
  readonly parsed: ParsedArgs<WsOption>;
  readonly typed: SentPings;
  isLeaving: boolean;
}

async function talk(
  socket: ClientWebSocketResponse,
  terminal: Console,
  input: Input,
  parsed: ParsedArgs<WsOption>,
  interrupted: Promise<"interrupted">,
): Promise<number> {
  await terminal.note(`connected${socket.protocol === null ? "" : `, ${socket.protocol}`}`);
  const silence = Promise.withResolvers<void>();
  let timer: ReturnType<typeof startTimer> | undefined; // from the end of the input on
  const own: Talk = { socket, terminal, parsed, typed: new SentPings("ping"), isLeaving: false };
  const sent = send(own, input).catch((error) => {
    if (error instanceof WebSocketClosedError) return "lost"; // the socket has the reason
    throw error;
  }).then(async (end) => {
    if (end === "quit") return "input" as const;
    // If the connection is already closing, its close code decides.
    if (end === "lost" || parsed.has("no-close")) return await new Promise<never>(() => {});
    timer = startTimer(silence.resolve, parsed.ms("wait") ?? 1000);
    await silence.promise;
    return "input" as const;
  });
  using pings = pingsOf(own);
  const received = receive(own, () => void timer?.refresh(), pings);
  const dead = pings === null ? [] : [pings.dead];
  const end = await Promise.race([received, sent, interrupted, ...dead]);
  stopTimer(timer); // Deno 2.4 has no timer.close()
  timer = undefined;
  if (end === "interrupted") {
    await socket.close();
    return 130;
  }
  if (end === "input") {
    if (!socket.closed) await socket.close();
    return 0;
  }
  if (end === "first" || own.isLeaving) return 0;
  const error = socket.exception();
  if (error !== null) throw error;
  const code = socket.closeCode ?? 1006;
  await terminal.note(`the server closed, ${code}`);
  return FINE.has(code) ? 0 : LOST;
}

async function send(talk: Talk, input: Input): Promise<"end" | "lost" | "quit"> {
  const { socket, terminal, parsed } = talk;
  const decoder = new TextDecoder();
  for (let bytes = await input.peek(); bytes !== null; bytes = await input.peek()) {
    if (socket.closed) return "lost"; // the message goes to the next connection
    input.take();
    if (terminal.interactive && bytes[0] === 0x2f /* / */) {
      if (await typedCommand(decoder.decode(bytes), talk)) return "quit";
    } else if (parsed.has("base64")) await socket.sendBytes(fromBase64(decoder.decode(bytes)));
    else if (parsed.has("binary")) await socket.sendBytes(bytes);
    else await socket.sendStr(decoder.decode(bytes));
  }
  return "end";
}

/** Runs a command that begins with a slash; `//x` sends `/x`. */
async function typedCommand(line: string, talk: Talk): Promise<boolean> {
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

async function receive(
  { socket, terminal, parsed, typed }: Talk,
  onMessage: () => void,
  pings: Pings | null,
): Promise<"closed" | "first"> {
  for await (const message of socket) {
    if (message.type === WSMsgType.PONG && pings?.answered(message.data)) {
      if (parsed.has("print-pings")) await terminal.print("[pong]");
      continue;
    }
    const answer = message.type === WSMsgType.PONG ? typed.answered(message.data) : null;
    if (answer !== null) {
      const text = answer.text === "" ? "" : ` "${answer.text}"`;
      await terminal.note(`pong${text} in ${answer.ms.toFixed(1)} ms`);
    }
    if (message.type === WSMsgType.PING || message.type === WSMsgType.PONG) {
      const name = message.type === WSMsgType.PING ? "ping" : "pong";
      if (parsed.has("print-pings")) await terminal.print(`[${name}]`);
      if (name === "ping") await socket.pong(message.data);
    } else if (message.type === WSMsgType.TEXT || message.type === WSMsgType.BINARY) {
      onMessage();
      await terminal.print(message.data);
      if (parsed.has("one-message")) {
        await socket.close();
        return "first";
      }
    }
  }
  return "closed";
}

/** Own pings, which count whether or not messages come; a heartbeat pings in silence only. */
function pingsOf({ socket, terminal, parsed }: Talk): Pings | null {
  if (!ownPings(parsed)) return null;
  const interval = parsed.ms("ping-interval");
  if (!interval) throw new UsageError("--ping-timeout and --print-ping-rtts need --ping-interval");
  return new Pings(socket, interval, parsed.ms("ping-timeout") ?? interval / 2, (ms) => {
    if (parsed.has("print-ping-rtts")) {
      // A closed output is reported by the next message.
      terminal.print(`[pong in ${ms.toFixed(1)} ms]`).catch(() => {});
    }
  });
}

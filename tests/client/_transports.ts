/**
 * Runs tables of tests over each transport.
 * @module
 */
import type { SessionOptions } from "@roundtrip/http";
import { poisonBuffers } from "../../client/transport/read_buffers.ts";
import { piecesOf, type RawAnswer, type RawRequest, rawServer } from "./_raw_server.ts";

poisonBuffers(true); // detects use of returned buffers

/** A peer with its URL. */
export interface Peer {
  readonly url: string;
  readonly requests: readonly RawRequest[];
  /** Number of open connections; in process, of open responses. */
  readonly open: number;
}

/** Peers, with the session options to reach them. */
export interface Network extends AsyncDisposable {
  readonly peers: readonly Peer[];
  /** The first peer. */
  readonly peer: Peer;
  readonly options: SessionOptions;
}

/** A peer's answer to a request. */
export type Answer = (request: RawRequest) => RawAnswer | Promise<RawAnswer>;

/** Starts a peer for each answer, each with its own origin. */
export type Open = (...answers: readonly [Answer, ...Answer[]]) => Network;

const TRANSPORTS = {
  "fetch": (...answers: Parameters<Open>) => overNetwork("fetch", answers),
  "sockets": (...answers: Parameters<Open>) => overNetwork("sockets", answers),
  "in process": inProcess,
} as const;
export type TransportName = keyof typeof TRANSPORTS;

/**
 * Registers a test for each transport.
 *
 * @param name Name of the test.
 * @param run The test; its argument starts the peers.
 * @param lacks Transports that cannot have such a case, with the reasons.
 */
export function overEach(
  name: string,
  run: (open: Open) => Promise<void>,
  lacks: Partial<Record<TransportName, string>> = {},
): void {
  for (const [via, open] of Object.entries(TRANSPORTS)) {
    if (!Object.hasOwn(lacks, via)) Deno.test(`${name} (${via})`, () => run(open));
  }
}

/** An application, with the session options to reach it, including `baseUrl`. */
export interface Served extends AsyncDisposable {
  readonly options: SessionOptions;
}

/** The application's handler. */
export type Handle = (request: Request) => Response | Promise<Response>;

/**
 * Registers a test for each transport, whose peer is an application.
 *
 * @param name Name of the test.
 * @param run The test; its argument starts the application.
 */
export function overEachApp(
  name: string,
  run: (serve: (handle: Handle) => Served) => Promise<void>,
): void {
  for (const transport of ["fetch", "sockets"] as const) {
    Deno.test(`${name} (${transport})`, () =>
      run((handle) => {
        const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handle);
        return {
          options: { baseUrl: `http://127.0.0.1:${server.addr.port}`, connector: { transport } },
          [Symbol.asyncDispose]: () => server.shutdown(),
        };
      }));
  }
  Deno.test(`${name} (in process)`, () =>
    run((handle) => ({
      options: { app: { fetch: handle } },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    })));
}

function overNetwork(
  transport: "fetch" | "sockets",
  answers: readonly [Answer, ...Answer[]],
): Network {
  const [peer, ...others] = [rawServer(answers[0]), ...answers.slice(1).map(rawServer)] as const;
  return {
    peer,
    peers: [peer, ...others],
    options: { connector: { transport } },
    async [Symbol.asyncDispose]() {
      for (const each of [peer, ...others]) await each[Symbol.asyncDispose]();
    },
  };
}

function inProcess(...answers: readonly [Answer, ...Answer[]]): Network {
  const [peer, ...others] = [
    appPeer(answers[0], 0),
    ...answers.slice(1).map((each, at) => appPeer(each, at + 1)),
  ] as const;
  const byHost = new Map([peer, ...others].map((each) => [new URL(each.url).port, each]));
  return {
    peer,
    peers: [peer, ...others],
    options: {
      app: {
        fetch(request) {
          const found = byHost.get(new URL(request.url).port);
          return found === undefined
            ? Promise.reject(new Error("no such host"))
            : found.fetch(request);
        },
      },
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

interface AppPeer extends Peer {
  fetch(request: Request): Promise<Response>;
}

/** An application that converts raw answers as a connection would. */
function appPeer(answer: Answer, index: number): AppPeer {
  const requests: RawRequest[] = [];
  let open = 0;
  return {
    url: `http://127.0.0.1:${8080 + index}`,
    requests,
    get open() {
      return open;
    },
    async fetch(request) {
      open++;
      const leave = onceOnly(() => open--);
      request.signal.addEventListener("abort", leave);
      const { pathname, search, host } = new URL(request.url);
      const head = [`${request.method} ${pathname}${search} HTTP/1.1`, `host: ${host}`];
      for (const [name, value] of request.headers) head.push(`${name}: ${value}`);
      const seen = {
        head: head.join("\r\n"),
        body: await request.text(),
        index: requests.length + 1,
      };
      requests.push(seen);
      try {
        const reply = await answer(seen);
        if (reply === null) throw new Error("connection closed before the reply");
        const isLast = typeof reply === "object" && "last" in reply;
        return await responseOf(new Wire(piecesOf(reply), isLast), leave);
      } catch (error) {
        leave();
        throw error;
      }
    },
  };
}

/** Text with one character per byte. */
class Wire {
  text = "";
  readonly #pieces: AsyncGenerator<Uint8Array>;
  readonly #isLast: boolean;

  constructor(pieces: AsyncGenerator<Uint8Array>, isLast: boolean) {
    this.#pieces = pieces;
    this.#isLast = isLast;
  }

  /** Waits for more: fails if the connection ends, forever if it is kept. */
  async more(): Promise<void> {
    const { done, value } = await this.#pieces.next();
    if (!done) this.text += Array.from(value, (byte) => String.fromCharCode(byte)).join("");
    else if (this.#isLast) throw new Error("connection closed before the reply was complete");
    else await new Promise(() => {});
  }

  take(count: number): string {
    const taken = this.text.slice(0, count);
    this.text = this.text.slice(count);
    return taken;
  }
}

async function responseOf(wire: Wire, onEnd: () => void): Promise<Response> {
  while (!wire.text.includes("\r\n\r\n")) await wire.more();
  const [start = "", ...lines] = wire.take(wire.text.indexOf("\r\n\r\n")).split("\r\n");
  wire.take(4);
  const headers = new Headers(
    lines.map((line): [string, string] => {
      const at = line.indexOf(":");
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
  let left = headers.has("transfer-encoding") ? null : Number(headers.get("content-length") ?? 0);
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const piece = left === null ? await chunk(wire) : await some(wire, left);
        if (left !== null) left -= piece.length;
        if (piece !== "") return controller.enqueue(latin1(piece));
        onEnd();
        controller.close();
      } catch (error) {
        onEnd();
        controller.error(error);
      }
    },
    cancel: onEnd,
  }, { highWaterMark: 0 });
  const status = Number(start.split(" ")[1]);
  return new Response(status === 204 || status === 304 ? null : body, { status, headers });
}

async function some(wire: Wire, left: number): Promise<string> {
  while (wire.text === "" && left > 0) await wire.more();
  return wire.take(left);
}

async function chunk(wire: Wire): Promise<string> {
  for (;; await wire.more()) {
    const size = /^([0-9a-f]+)\r\n/i.exec(wire.text);
    if (size === null) continue;
    const [line, hex = ""] = size;
    const length = line.length + parseInt(hex, 16) + 2;
    if (wire.text.length >= length) return wire.take(length).slice(line.length, -2);
  }
}

function latin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (each) => each.charCodeAt(0));
}

function onceOnly(run: () => void): () => void {
  let done = false;
  return () => {
    if (!done) run();
    done = true;
  };
}

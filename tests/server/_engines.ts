/**
 * The engines that the tables run on, and ways to ask an application: in process and over each.
 * @module
 */
import { NotSupportedError, web } from "@roundtrip/http";
import { nodeEngine } from "../../server/node.ts";
import { type HttpBindings, serve } from "npm:@hono/node-server@^2.1.8";
import type { ServerType } from "npm:@hono/node-server@^2.1.8";
import { wireFetch } from "./_wire.ts";

/** An engine port by the fetch standard alone, without shortcuts. */
export const plainPort: web.EnginePort = {
  headerOf: (request, name) => request.headers.get(name),
  headersOf: (response) => [...response.headers],
  isBodyUsed: (response) => response.bodyUsed,
  bodySizeOf: () => null,
  watchClient(request, info) {
    const controller = new AbortController();
    let sent = false;
    info?.completed?.then(() => sent = true, () => {});
    const leave = () => {
      if (!sent) controller.abort(new DOMException("The client has left", "AbortError"));
    };
    if (request.signal.aborted) leave();
    else request.signal.addEventListener("abort", leave, { once: true });
    return controller;
  },
  upgrade() {
    throw new NotSupportedError("WebSocketResponse", "this engine has none");
  },
};

/** An engine of others: `node:http` by way of Hono's adapter, which has another Request and Response. */
export const foreignEngine: web.Engine = async (options, handler) => {
  const { hostname = "127.0.0.1", port = 8080 } = options;
  const finished = Promise.withResolvers<void>();
  const fetch = (request: Request, { incoming, outgoing }: HttpBindings) => {
    const completed = new Promise<void>((resolve, reject) => {
      outgoing.once("finish", () => resolve());
      outgoing.once("close", () => reject(new Error("The connection was closed")));
    });
    completed.catch(() => {});
    // The adapter resolves "..", and routes are found by the request line as it came.
    const { url = "/", headers: { host } } = incoming;
    const whole = url.startsWith("/") ? `http://${host ?? "localhost"}${url}` : url;
    if (/^https?:/.test(whole)) Object.defineProperty(request, "url", { value: whole });
    return handler(request, {
      remoteAddr: { transport: "tcp", hostname: incoming.socket.remoteAddress ?? "" },
      completed,
      engine: plainPort,
    });
  };
  const server = serve({
    fetch: (request: Request, env: unknown) => fetch(request, env as HttpBindings),
    hostname,
    port,
    overrideGlobalObjects: false,
    serverOptions: { maxHeaderSize: 65_536 },
  }) as ServerType & { closeAllConnections(): void; closeIdleConnections(): void };
  server.once("close", () => finished.resolve());
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  return {
    url: `http://${hostname}:${typeof address === "object" ? address?.port : port}`,
    finished: finished.promise,
    async shutdown() {
      server.close();
      server.closeIdleConnections();
      await finished.promise;
    },
    abort() {
      server.close();
      server.closeAllConnections();
    },
  };
};

/** Every engine that the tables run on. */
export const ENGINES: readonly (readonly [string, web.Engine])[] = [
  ["deno", web.denoEngine],
  ["sockets", web.socketEngine()],
  ["node", nodeEngine()],
  ["node:http", foreignEngine],
];

/** Those of them that have WebSockets. */
export const SOCKET_ENGINES: typeof ENGINES = [
  ["deno", web.denoEngine],
  ["sockets", web.socketEngine()],
  ["node", nodeEngine()],
];

/** A way to ask an application. */
export interface Way {
  readonly name: string;
  /** The engine, `null` in process. */
  readonly engine: web.Engine | null;
}

/** In process, and over every engine. */
export const WAYS: readonly Way[] = [
  { name: "in process", engine: null },
  ...ENGINES.map(([name, engine]) => ({ name, engine })),
];

/** The status that a way sends: `Deno.serve` would leave a client of 205 waiting for its end. */
export function sentStatus(status: number, way: Way): number {
  return status === 205 && way.name === "deno" ? 204 : status;
}

/** An application that can be asked. */
export interface Site extends AsyncDisposable {
  /**
   * Asks.
   *
   * @param target Path with its query.
   * @param init Method, headers, body.
   */
  fetch(target: string, init?: RequestInit): Promise<Response>;
}

/** Opens an application on a way; it is closed with the site. */
export async function open(app: web.Application, { engine }: Way): Promise<Site> {
  if (engine === null) {
    return {
      fetch: async (target, init) => await app.request(target, init),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }
  const server = await web.TestServer.start(app, { engine });
  return {
    fetch: (target, init) => wireFetch(server.port, new Request(`http://localhost${target}`, init)),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

/** Asks an application, which is opened at its first question. */
export type Ask = (app: web.Application, target: string, init?: RequestInit) => Promise<Response>;

/**
 * Defines a test for every way; its applications are closed at the end.
 *
 * @param name Name of the test, without the way.
 * @param run The test; `way` for what only one of them can do.
 * @param ways The ways.
 */
export function everyWay(
  name: string,
  run: (ask: Ask, way: Way) => Promise<void>,
  ways: readonly Way[] = WAYS,
): void {
  for (const way of ways) {
    Deno.test(`${name} (${way.name})`, async () => {
      const sites = new Map<web.Application, Promise<Site>>();
      try {
        await run(async (app, target, init) => {
          const site = sites.get(app) ?? open(app, way);
          sites.set(app, site);
          return await (await site).fetch(target, init);
        }, way);
      } finally {
        for (const site of sites.values()) await (await site)[Symbol.asyncDispose]();
      }
    });
  }
}

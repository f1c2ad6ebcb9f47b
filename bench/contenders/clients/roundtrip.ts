import { ClientSession, type HopResult, socketTransport, type Transport } from "../../../mod.ts";
import { LONG_REPLY } from "../servers/replies.mjs";
import { mode, serveRounds, url } from "./worker.mjs";

const BODY = new TextEncoder().encode("hello, world");

/** Responds at once, so that only the session's own share is measured. */
const instant: Transport = {
  send: () =>
    Promise.resolve<HopResult>({
      status: 200,
      reason: "OK",
      get headers() {
        return new Headers();
      },
      header: () => null,
      setCookies: () => [],
      body: null,
      exactLength: BODY.length,
      source: {
        next: () => Promise.resolve(null),
        rest: () => Promise.resolve(BODY),
        cancel: () => Promise.resolve(),
      },
      bodyError: (error) => error as Error,
      release() {},
    }),
  close() {},
};

// All defaults: 5-minute total timeout, cookie jar, redirects.
await using session = new ClientSession(
  mode === "fetch"
    ? { connector: { transport: "fetch" } }
    : mode === "seam"
    ? { transport: instant }
    : {},
);
const transport = socketTransport();
const { signal } = new AbortController();
const hop = {
  method: "GET",
  url,
  headers: [["accept", "*/*"]] as const,
  body: null,
  once: false,
  proxy: null,
  rawBody: false,
  signal,
  abort: { reason: null, signal, add() {}, delete() {} },
  observer: null,
};

const operations: Record<string, () => Promise<unknown>> = {
  async post() {
    await using response = await session.post(url, { json: LONG_REPLY.slice(0, 4) });
    await response.text();
  },
  async json() {
    await using response = await session.get(url);
    await response.json();
  },
  async transport() {
    const { source } = await transport.send(hop);
    await source?.rest?.();
  },
};

await serveRounds(
  operations[mode] ?? (async () => {
    await using response = await session.get(url);
    await response.text();
  }),
);

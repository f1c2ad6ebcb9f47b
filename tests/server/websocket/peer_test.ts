import { assertEquals } from "@std/assert";
import { web, WSMsgType } from "@roundtrip/http";
import WebSocket from "ws";
import { serve } from "../../_harness.ts";

/** A client of npm:ws that records its events in order. */
class Peer {
  readonly socket: {
    readonly protocol: string;
    send(data: string | Uint8Array, options?: { fin: boolean }): void;
    ping(data: string): void;
    close(code?: number, reason?: string): void;
    terminate(): void;
    on(event: string, listener: (...args: never[]) => void): void;
  };
  readonly #events: string[] = [];
  #changed = Promise.withResolvers<void>();

  constructor(url: string, protocols: string[] = [], options: Record<string, unknown> = {}) {
    this.socket = new WebSocket(url, protocols, options);
    const keep = (text: string): void => {
      this.#events.push(text);
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    };
    this.socket.on("open", () => keep("open"));
    this.socket.on(
      "message",
      (data: Uint8Array, binary: boolean) => keep(`${binary ? [...data] : `${data}`}`),
    );
    this.socket.on("pong", (data: Uint8Array) => keep(`pong ${data}`));
    this.socket.on("ping", (data: Uint8Array) => keep(`ping ${data}`));
    this.socket.on("error", (error: Error) => keep(error.message));
    this.socket.on("close", (code: number, reason: Uint8Array) => keep(`close ${code} ${reason}`));
  }

  async next(): Promise<string> {
    while (this.#events.length === 0) await this.#changed.promise;
    return this.#events.shift() ?? "";
  }
}

function echo(
  options: web.WebSocketResponseOptions,
  done: (socket: web.WebSocketResponse) => void,
) {
  return serve([web.get(
    "/",
    web.webSocket(async (socket) => {
      for await (const message of socket) {
        if (message.type === WSMsgType.TEXT) await socket.sendStr(message.data);
        if (message.type === WSMsgType.BINARY) await socket.sendBytes(message.data);
      }
      done(socket);
    }, options),
  )]);
}

type Talk = (peer: Peer) => Promise<unknown[]>;
const TALKS: [string, Talk, unknown[], number, web.WebSocketResponseOptions?][] = [
  [
    "text and bytes",
    async (peer) => {
      peer.socket.send("жж");
      peer.socket.send(Uint8Array.of(1, 2));
      const seen = [await peer.next(), await peer.next()];
      peer.socket.close(4000, "bye");
      return [...seen, await peer.next()];
    },
    ["жж", "1,2", "close 4000 bye"],
    4000,
  ],
  [
    "fragments",
    async (peer) => {
      peer.socket.send("a", { fin: false });
      peer.socket.send("b", { fin: false });
      peer.socket.send("c", { fin: true });
      const seen = await peer.next();
      peer.socket.close();
      return [seen, await peer.next()];
    },
    ["abc", "close 1005 "],
    1005,
  ],
  [
    "a ping",
    async (peer) => {
      peer.socket.ping("p");
      const seen = await peer.next();
      peer.socket.close(1001);
      return [seen, await peer.next()];
    },
    ["pong p", "close 1001 "],
    1001,
  ],
  [
    "a message that is too big",
    async (peer) => {
      peer.socket.send("x".repeat(10));
      return [await peer.next()];
    },
    ["close 1009 Message size 10 exceeds limit 10"],
    1009,
    { maxMsgSize: 10 },
  ],
  [
    "a client that vanishes",
    async (peer) => {
      peer.socket.terminate();
      return [await peer.next()];
    },
    ["close 1006 "],
    1006,
  ],
  [
    "an offer of compression that is declined",
    async (peer) => {
      peer.socket.send("abc".repeat(1000));
      const seen = (await peer.next()).length;
      peer.socket.close(1000);
      return [seen, await peer.next()];
    },
    [3000, "close 1000 "],
    1000,
  ],
];
for (const [name, talk, expected, code, options = {}] of TALKS) {
  Deno.test(`a client of npm:ws and our server: ${name}`, async () => {
    const done = Promise.withResolvers<web.WebSocketResponse>();
    await using served = await echo(options, done.resolve);
    const peer = new Peer(served.baseUrl);
    assertEquals(await peer.next(), "open");
    assertEquals(await talk(peer), expected);
    assertEquals((await done.promise).closeCode, code);
  });
}

Deno.test("a client of npm:ws and our server: subprotocol and refusal", async () => {
  await using served = await echo({ protocols: ["b", "a"] }, () => {});
  const peer = new Peer(served.baseUrl, ["x", "a", "b"]);
  assertEquals([await peer.next(), peer.socket.protocol], ["open", "a"]);
  peer.socket.close(1000);
  assertEquals(await peer.next(), "close 1000 ");
  const foreign = new Peer(served.baseUrl, ["a"], { origin: "http://evil.example" });
  assertEquals(await foreign.next(), "Unexpected server response: 403");
  assertEquals(await foreign.next(), "close 1006 ");
});

import { Buffer } from "node:buffer";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { assert, assertEquals } from "@std/assert";
import { ClientSession, WSMsgType } from "@roundtrip/http";
import { WebSocketServer } from "ws";
import { sampled } from "../../_whole.ts";
import { CLOSE, frame } from "../../_frames.ts";
import { CASES } from "../../http/websocket/_autobahn.ts";
import { CA } from "../../server/_tls.ts";
import { rawPeer } from "./_raw_peer.ts";

for (const secure of [false, true]) {
  Deno.test(`Autobahn's cases against the client, ${secure ? "TLS" : "plain"}`, async () => {
    let current = CASES[0];
    let got: { opcode: number; payload: Uint8Array }[] = [];
    await using server = rawPeer(async (peer) => {
      await peer.write(peer.accept());
      // Not awaited: after closing, the client does not read the rest of a case.
      const sent = (async () => {
        for (const each of current?.send ?? []) {
          await peer.write(frame({ mask: false, ...each }));
        }
      })().catch(() => {});
      for (let each = await peer.read(); each !== null; each = await peer.read()) got.push(each);
      await sent;
    }, secure);
    await using session = new ClientSession(secure ? { connector: { caCerts: [CA] } } : {});
    assert(CASES.length > 280, `${CASES.length} cases`);
    for (const each of sampled(CASES, secure ? 7 : 1)) {
      current = each;
      got = [];
      const ws = await session.wsConnect(server.url);
      for await (const message of ws) {
        if (message.type === WSMsgType.TEXT) ws.sendStr(message.data).catch(() => {});
        else if (message.type === WSMsgType.BINARY) ws.sendBytes(message.data).catch(() => {});
      }
      while (server.open > 0) await new Promise((resolve) => setTimeout(resolve, 1));
      const last = got.pop();
      assertEquals(last?.opcode, CLOSE, `${each.name}: no close frame`);
      const [high = 0, low = 0] = last?.payload ?? [];
      assertEquals(last?.payload.length === 0 ? null : high << 8 | low, each.close, each.name);
      const wanted = each.replies.map(([opcode, payload]) => ({
        opcode,
        payload: typeof payload === "string" ? new TextEncoder().encode(payload) : payload,
      }));
      assertEquals(got.map(({ opcode }) => opcode), wanted.map(({ opcode }) => opcode), each.name);
      for (const [at, { payload }] of wanted.entries()) {
        assert(Buffer.compare(got[at]?.payload ?? new Uint8Array(0), payload) === 0, each.name);
      }
    }
  });
}

// Autobahn's groups 12 and 13: message sizes and negotiated parameters.
const SIZES = [0, 16, 64, 256, 1024, 4096, 8192, 16384, 32768, 65536, 131072];
const AGREEMENTS = {
  "as offered": {},
  "server_no_context_takeover": { serverNoContextTakeover: true },
  "client_no_context_takeover": { clientNoContextTakeover: true },
  "server_max_window_bits=9": { serverMaxWindowBits: 9 },
  "client_max_window_bits=9": { clientMaxWindowBits: 9 },
  "all four": {
    serverNoContextTakeover: true,
    clientNoContextTakeover: true,
    serverMaxWindowBits: 10,
    clientMaxWindowBits: 9,
  },
};
for (const [name, agreement] of Object.entries(AGREEMENTS)) {
  Deno.test(`permessage-deflate with npm:ws: ${name}`, async () => {
    const server = createServer();
    const perMessageDeflate = { threshold: 0, ...agreement };
    const sockets = new WebSocketServer({ server, perMessageDeflate });
    sockets.on("connection", (peer: {
      on(event: "message", listener: (data: Uint8Array, binary: boolean) => void): void;
      send(data: Uint8Array, options: object): void;
    }) => {
      peer.on("message", (data, binary) => {
        peer.send(data.subarray(0, data.length / 2), { binary, fin: false });
        peer.send(data.subarray(data.length / 2), { binary, fin: true });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const session = new ClientSession();
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    for (const compress of [9, 12, 15]) {
      await using ws = await session.wsConnect(url, { compress });
      const answer = ws.headers.get("sec-websocket-extensions") ?? "";
      if (name.includes("_")) assert(answer.includes(name), answer);
      assertEquals(ws.compress, true);
      for (const size of SIZES) {
        const text = JSON.stringify({ at: size, name: "ж€" }).repeat(size / 24 + 1);
        const bytes = crypto.getRandomValues(new Uint8Array(Math.min(size, 65536)));
        await ws.sendStr(text);
        await ws.sendBytes(bytes);
        assert(await ws.receiveStr() === text, `${size} of text`);
        assert(Buffer.compare(await ws.receiveBytes(), bytes) === 0, `${size} bytes`);
      }
    }
    await session.close();
    await new Promise((resolve) => server.close(resolve));
  });
}

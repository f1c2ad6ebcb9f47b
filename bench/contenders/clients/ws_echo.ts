// Texts of 64 bytes to an echo server, with the client of --mode.
import WebSocketOfNpm from "npm:ws@^8.23.0";
import { ClientSession } from "../../../mod.ts";
import { concurrency, mode, serveRounds, url } from "./worker.mjs";

const TEXT = "x".repeat(64);
const target = url.replace("http", "ws");

/** Sends the text and waits for the echo. */
type Echo = () => Promise<string>;

const openers: Record<string, () => Promise<Echo>> = {
  async ours() {
    const ws = await session.wsConnect(target);
    return async () => {
      ws.sendStr(TEXT);
      return await ws.receiveStr();
    };
  },
  async npm() {
    const ws = new WebSocketOfNpm(target);
    let onText = (_text: string): void => {};
    ws.on("message", (data: Uint8Array) => onText(`${data}`));
    await new Promise((resolve) => ws.on("open", resolve));
    return () => {
      const { promise, resolve } = Promise.withResolvers<string>();
      onText = resolve;
      ws.send(TEXT);
      return promise;
    };
  },
  async platform() {
    const ws = new WebSocket(target);
    let onText = (_text: string): void => {};
    ws.onmessage = ({ data }) => onText(data);
    await new Promise((resolve) => ws.onopen = resolve);
    return () => {
      const { promise, resolve } = Promise.withResolvers<string>();
      onText = resolve;
      ws.send(TEXT);
      return promise;
    };
  },
};

const session = new ClientSession();
const open = openers[mode] ?? openers.ours!;
const idle = await Promise.all(Array.from({ length: concurrency }, open));
await serveRounds(async () => {
  const echo = idle.pop()!;
  if (await echo() !== TEXT) throw new Error("The echo is wrong");
  idle.push(echo);
});
Deno.exit();

/**
 * One process of the cluster: the playground with a broker. `main.ts` starts it.
 * @module
 */
import { web } from "@roundtrip/http";
import { redisBroker } from "@roundtrip/http/redis";
import { Redis } from "npm:ioredis@^5";
import { makeApp } from "../playground/main.ts";

const [port = "", redis = "", folder = "", key = ""] = Deno.args;
const client = new Redis(redis);
client.on("error", ({ message }) => console.error("Redis:", message));
const broker = redisBroker(client);
const app = makeApp(folder, Uint8Array.fromHex(key), undefined, broker);
app.onCleanup.push(async () => {
  await broker[Symbol.asyncDispose]();
  client.disconnect();
});
await web.runApp(app, { host: "127.0.0.1", port: Number(port), shutdownDelay: 1000 });

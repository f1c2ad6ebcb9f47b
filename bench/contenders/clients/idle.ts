// Opens 1,000 connections that then do nothing, by the client of --mode; prints KiB of memory each.
import { ClientSession } from "../../../mod.ts";
import { mode, url } from "./worker.mjs";

const COUNT = 1000;
const WARM_UP = 500;
const { hostname, port, host } = new URL(url);
const head = new TextEncoder().encode(`GET / HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
const session = new ClientSession({ connector: { limit: 0 } });
const kept: Deno.Conn[] = [];

const clients: Readonly<Record<string, () => Promise<unknown>>> = {
  async ours() {
    await using response = await session.get(url);
    await response.text();
  },
  fetch: async () => await (await fetch(url)).text(),
  async connect() {
    const connection = await Deno.connect({ hostname, port: Number(port) });
    await connection.write(head);
    const buffer = new Uint8Array(512);
    await connection.read(buffer);
    kept.push(connection);
    connection.read(buffer); // as the only way to see that the server closes it
  },
};
const get = clients[mode] ?? session.close;
const settle = () => new Promise((resolve) => setTimeout(resolve, 1000));

for (let count = 0; count < WARM_UP; count++) await get();
await settle();
const before = Deno.memoryUsage().rss;
await Promise.all(Array.from({ length: COUNT }, get)); // at once: none finds a free connection
await settle();
console.log((Deno.memoryUsage().rss - before) / 1024 / COUNT);
Deno.exit();

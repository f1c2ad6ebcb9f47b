// A room of socket.io, with its adapter if a Redis is given.
import { createServer } from "node:http";
import { load } from "../packages.mjs";
import { HELLO, hostname, port, redis } from "./shared.mjs";

const { Server } = await load("socket.io");
const server = createServer((request, response) => {
  if (request.url === "/send") io.emit("message", "x".repeat(64));
  response.end(request.url === "/send" ? "" : HELLO);
});
const io = new Server(server, { transports: ["websocket"], serveClient: false });
if (redis !== 0) {
  const { Redis } = await load("ioredis");
  const { createAdapter } = await load("@socket.io/redis-adapter");
  const client = new Redis(redis, hostname);
  io.adapter(createAdapter(client, client.duplicate()));
}
server.listen(port, hostname);

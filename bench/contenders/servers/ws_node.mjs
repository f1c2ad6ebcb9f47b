import { createServer } from "node:http";
import { load } from "../packages.mjs";
import { HELLO, hostname, port } from "./shared.mjs";

const { WebSocketServer } = await load("ws");

const server = createServer((_request, response) => response.end(HELLO));
const sockets = new WebSocketServer({ server });
sockets.on("connection", (socket) => {
  socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
});
server.listen(port, hostname);

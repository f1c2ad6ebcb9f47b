import { HELLO, hostname, port } from "./shared.mjs";

Deno.serve({ port, hostname, onListen() {} }, (request) => {
  if (request.headers.get("upgrade") !== "websocket") return new Response(HELLO);
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.onmessage = ({ data }) => socket.send(data);
  return response;
});

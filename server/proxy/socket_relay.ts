import { WSCloseCode, WSMsgType } from "../../http/websocket/message.ts";
import { HTTPBadGateway } from "../exceptions/replies.ts";
import type { ServerRequest } from "../request/request.ts";
import { WebSocketResponse } from "../websocket/websocket_response.ts";

const MAX_BUFFERED = 1024 ** 2; // bytes for the upstream server; above, the client is not read

/** Connects a client's WebSocket, with subprotocol and close codes, to another in `timeout` ms. */
export async function relaySocket<Params>(
  request: ServerRequest<Params>,
  url: URL,
  headers: Headers,
  timeout: number,
): Promise<WebSocketResponse> {
  const offered = headers.get("sec-websocket-protocol")?.split(",").map((each) => each.trim());
  for (const name of [...headers.keys()]) {
    if (name.startsWith("sec-websocket-")) headers.delete(name);
  }
  const target = new URL(url);
  target.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const early: (string | ArrayBuffer)[] = []; // messages before the client's socket is open
  let deliver = (data: string | ArrayBuffer): void => void early.push(data);
  const server = await connect(target, offered ?? [], headers, timeout, (data) => deliver(data));
  const client = new WebSocketResponse({
    protocols: server.protocol === "" ? [] : [server.protocol],
    checkOrigin: () => true, // the upstream server checks the origin
  });
  const closed = Promise.withResolvers<void>();
  server.onclose = ({ code, reason }) => {
    const [told, why] = code === 1006
      ? [WSCloseCode.BAD_GATEWAY, "the connection broke"]
      : [code, reason];
    client.close(told === 1005 ? WSCloseCode.OK : told, why).catch(() => {});
    closed.resolve();
  };
  try {
    await client.prepare(request);
    // A client that reads too slowly is closed by its own limit, so messages do not pile up here.
    deliver = (data) => {
      const sent = typeof data === "string"
        ? client.sendStr(data)
        : client.sendBytes(new Uint8Array(data));
      sent.catch(() => {});
    };
    early.forEach(deliver);
    for await (const message of client) {
      if (message.type === WSMsgType.TEXT || message.type === WSMsgType.BINARY) {
        server.send(message.data);
      }
      while (server.bufferedAmount > MAX_BUFFERED) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  } finally {
    const code = client.closeCode ?? WSCloseCode.OK;
    // Programs may only send these codes.
    server.close(code === WSCloseCode.OK || code >= 3000 ? code : WSCloseCode.OK);
    await closed.promise;
  }
  return client;
}

async function connect(
  url: URL,
  protocols: string[],
  headers: Headers,
  timeout: number,
  onMessage: (data: string | ArrayBuffer) => void,
): Promise<WebSocket> {
  // The second argument is Deno's own form, which takes headers.
  const socket = new WebSocket(url, { protocols, headers } as unknown as string[]);
  socket.binaryType = "arraybuffer";
  // The first message may arrive in the same tick as the end of the handshake.
  socket.onmessage = ({ data }) => onMessage(data);
  const timer = timeout === 0 ? undefined : setTimeout(() => socket.close(), timeout);
  const { promise, resolve, reject } = Promise.withResolvers<WebSocket>();
  socket.onopen = () => resolve(socket);
  socket.onerror = (event) => {
    const cause = event instanceof ErrorEvent ? event.error ?? event.message : undefined;
    reject(new HTTPBadGateway({ text: "502: the upstream server refused the WebSocket", cause }));
  };
  socket.onclose = () => reject(new HTTPBadGateway({ text: "502: the upstream server is silent" }));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    socket.onerror = null;
  }
}

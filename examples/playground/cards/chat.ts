import { web, WSMsgType } from "@roundtrip/http";
import type { Site } from "../site.ts";

/** A WebSocket for each page; what one says, all hear, in every process. */
export function chat({ room, logins }: Site): web.RouteTable {
  return new web.RouteTable().get("/chat", async (request) => {
    const { user, id: login } = await logins.of(request); // or 403
    const socket = new web.WebSocketResponse();
    await socket.prepare(request);
    using _login = logins.hold(login, socket); // a log-out closes it
    await room.join(socket);
    await room.sendJson({ from: null, text: `${user} has joined` });
    for await (const message of socket) {
      if (message.type !== WSMsgType.TEXT) continue;
      const { text, id } = said(message.data); // the id tells its sender
      await room.sendJson({ from: user, text, id });
    }
    await room.sendJson({ from: null, text: `${user} has left` });
    return socket;
  });
}

function said(data: string): { readonly text: string; readonly id: string } {
  try {
    const { text, id } = JSON.parse(data);
    return { text: String(text).slice(0, 1000), id: String(id).slice(0, 64) };
  } catch {
    return { text: data.slice(0, 1000), id: crypto.randomUUID() };
  }
}

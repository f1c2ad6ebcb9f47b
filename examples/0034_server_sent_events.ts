// deno run --allow-net=localhost examples/0034_server_sent_events.ts
// Events sent by the server; after a lost connection the client continues after the last event. In
// a page: new EventSource("/events").
// 服务端发送的事件；断线后客户端从最后一个事件之后继续。
import { ClientSession, web } from "@roundtrip/http";

const app = new web.Application();
app.addRoutes([
  web.get("/events", async (request) => {
    await using events = await web.sseResponse(request);
    const last = Number(events.lastEventId ?? 0);
    for (let id = last + 1; id <= last + 3 && !events.signal.aborted; id++) {
      await events.send(`event number ${id}`, { id: `${id}`, event: "count" });
    }
    return events;
  }),
]);
await using runner = new web.AppRunner(app);
const baseUrl = await runner.listen({ hostname: "localhost", port: 0 });
await using session = new ClientSession({ baseUrl });

let lastId = "";
for (let connection = 1; connection <= 2; connection++) {
  const headers: Record<string, string> = lastId === "" ? {} : { "last-event-id": lastId };
  await using response = await session.get("/events", { headers });
  for await (const { event, data, id } of response.events()) {
    console.log(connection, event, data);
    lastId = id ?? "";
  }
}

// Prints:
// 1 count event number 1
// 1 count event number 2
// 1 count event number 3
// 2 count event number 4
// 2 count event number 5
// 2 count event number 6

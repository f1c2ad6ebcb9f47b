// deno run --allow-net=localhost examples/0011_timeouts.ts
// Timeouts in milliseconds: of a session, of a request, and with the caller's signal.
// 超时，单位毫秒：会话的、请求的、调用者信号的。
import { ClientSession, ServerTimeoutError, web } from "@roundtrip/http";

const app = new web.Application();
app.addRoutes([
  web.get("/fast", () => web.textResponse("in time")),
  web.get("/stalled", () => new Response(new ReadableStream())),
  web.get("/slow", async (request) => {
    // The signal aborts when the client disconnects, so that the handler can stop.
    // 客户端断开时信号中止，处理器可以停下。
    await new Promise((resolve) => request.signal.addEventListener("abort", resolve));
    return web.textResponse("too late");
  }),
]);
await using runner = new web.AppRunner(app);
const baseUrl = await runner.listen({ hostname: "localhost", port: 0 });
await using session = new ClientSession({ baseUrl, timeout: { total: 60_000 } });

await using fast = await session.get("/fast");
console.log(await fast.text());

// total: all of it; connect: until there is a connection, with the wait for a free one;
// sockConnect: opening the socket; sockRead: silence between two reads.
// total 总时间；connect 取得连接；sockConnect 建立套接字；sockRead 两次读取之间。
await using narrow = new ClientSession({ baseUrl, connector: { limit: 1 } });
await using stalled = await narrow.get("/stalled", {
  timeout: { sockConnect: 5000, sockRead: 300 },
});
const waits = [
  () => session.get("/slow", { timeout: { total: 100 } }),
  () => narrow.get("/fast", { timeout: { connect: 100 } }), // the only connection is taken 唯一的连接已被占用
  () => stalled.text(),
];
for (const wait of waits) {
  try {
    await wait();
  } catch (error) {
    if (!(error instanceof ServerTimeoutError)) throw error;
    console.log(error.name, error.phase);
  }
}

try {
  await session.get("/slow", { signal: AbortSignal.timeout(100) });
} catch (error) {
  console.log((error as Error).name);
}

// Prints:
// in time
// ServerTimeoutError total
// ConnectionTimeoutError connect
// SocketTimeoutError sockRead
// TimeoutError

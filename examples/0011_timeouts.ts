// deno run --allow-net=localhost examples/0011_timeouts.ts
// Timeouts in milliseconds: of a session, of a request, and with the caller's signal.
import { ClientSession, ServerTimeoutError, web } from "@roundtrip/http";

const app = new web.Application();
app.addRoutes([
  web.get("/fast", () => web.textResponse("in time")),
  web.get("/slow", async (request) => {
    // The signal aborts when the client disconnects, so that the handler can stop.
    await new Promise((resolve) => request.signal.addEventListener("abort", resolve));
    return web.textResponse("too late");
  }),
]);
await using runner = new web.AppRunner(app);
const baseUrl = await runner.listen({ hostname: "localhost", port: 0 });
await using session = new ClientSession({ baseUrl, timeout: { total: 60_000 } });

await using fast = await session.get("/fast");
console.log(await fast.text());

try {
  await session.get("/slow", { timeout: { total: 100 } });
} catch (error) {
  if (!(error instanceof ServerTimeoutError)) throw error;
  console.log(error.name);
}

try {
  await session.get("/slow", { signal: AbortSignal.timeout(100) });
} catch (error) {
  console.log((error as Error).name);
}

// Prints:
// in time
// ServerTimeoutError
// TimeoutError

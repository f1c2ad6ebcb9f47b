// deno run --allow-net=localhost examples/0032_lifecycle.ts
// Start and end of an application: signals, and contexts that clean up after themselves.
// 应用的启动与结束：信号，以及自行清理的上下文。
import { ClientSession, web } from "@roundtrip/http";

const STORE = new web.AppKey<Map<string, string>>("store");

const app = new web.Application();
app.onStartup.push(() => console.log("startup"));
app.onShutdown.push(() => console.log("shutdown: say goodbye to open connections"));
app.onCleanup.push(() => console.log("cleanup"));
app.cleanupCtx.push(async function* (app) {
  console.log("open the store");
  app.set(STORE, new Map([["greeting", "hello"]]));
  yield;
  console.log("close the store");
});
app.addRoutes([
  web.get("/", (request) => web.textResponse(request.app.get(STORE).get("greeting") ?? "")),
]);

const stop = new AbortController();
await web.runApp(app, {
  host: "localhost",
  port: 0,
  signal: stop.signal, // Ctrl-C and SIGTERM do the same Ctrl-C 和 SIGTERM 也一样
  async print(text) {
    const [baseUrl = ""] = /http:\S+/.exec(text) ?? [];
    await using session = new ClientSession({ baseUrl });
    await using response = await session.get("/");
    console.log(await response.text());
    stop.abort();
  },
});
console.log("done");

// Prints:
// open the store
// startup
// hello
// shutdown: say goodbye to open connections
// close the store
// cleanup
// done

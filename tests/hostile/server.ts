// The attacked application: `server.ts ENGINE` prints its port.
import { web, WSMsgType } from "@roundtrip/http";

const engines = {
  deno: web.denoEngine,
  sockets: web.socketEngine({
    headTimeout: 1000,
    bodyTimeout: 1000,
    writeTimeout: 1000,
    idleTimeout: 1000,
    dropTimeout: 1000,
    maxConnectionsPerAddress: 1200,
  }),
};
const name = Deno.args[0] === "deno" ? "deno" : "sockets";
const counts = { begun: 0, over: 0, aborted: 0 };
const FILE = await Deno.makeTempFile();
await Deno.writeFile(FILE, new Uint8Array(8 * 1024 ** 2));
const PIECE = new Uint8Array(64 * 1024);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const app = new web.Application({
  clientMaxSize: 1024 ** 2,
  bodyTimeout: 1000,
  logger: { error: () => {} },
});
app.addRoutes([
  web.get("/", () => web.textResponse("hello")),
  web.get("/slow", async () => {
    await pause(200);
    return web.textResponse("slow");
  }),
  web.get("/second", async () => {
    await pause(1000);
    return web.textResponse("done");
  }),
  web.get("/large", () => new web.FileResponse(FILE)),
  web.get("/endless", async (request) => {
    const response = new web.StreamResponse();
    await response.prepare(request);
    counts.begun++;
    try {
      for (;;) await response.write(PIECE);
    } finally {
      counts.over++;
    }
  }),
  web.post("/read", async (request) => web.textResponse(`${(await request.read()).length}`)),
  web.route("*", "/echo", async (request) => {
    const body = await request.text();
    return web.textResponse(`${request.headers.get("x-id") ?? "none"} ${body}`);
  }),
  web.post("/watched", async (request) => {
    counts.begun++;
    request.signal.addEventListener("abort", () => counts.aborted++);
    try {
      if (request.contentType.startsWith("multipart/")) await request.post();
      else await request.read();
      await pause(20);
    } finally {
      counts.over++;
    }
    return web.textResponse("done");
  }),
  web.get("/counts", () => web.jsonResponse(counts)),
  web.get(
    "/ws",
    web.webSocket(async (socket) => {
      for await (const message of socket) {
        if (message.type === WSMsgType.TEXT && message.data === "bye") break;
      }
    }, { timeout: { close: 1000 }, heartbeat: 0 }),
  ),
  web.get(
    "/flood",
    web.webSocket(async (socket) => {
      for (;;) await socket.sendBytes(PIECE);
    }, { timeout: { close: 1000 }, heartbeat: 400 }),
  ),
]);
for (const compress of name === "sockets" ? [false, true] : [false]) {
  app.addRoutes([web.get(
    compress ? "/deflate" : "/answer",
    web.webSocket((socket) =>
      socket.onMessage(async ({ type, data }) => {
        if (type === WSMsgType.TEXT) await socket.sendStr(data as string);
        if (type === WSMsgType.BINARY) await socket.sendBytes(data as Uint8Array<ArrayBuffer>);
      }), { compress, heartbeat: 0, maxMsgSize: 20 * 1024 ** 2, maxBuffered: 32 * 1024 ** 2 }),
  )]);
}
web.runApp(app, {
  engine: engines[name],
  hostname: "127.0.0.1",
  port: 0,
  shutdownTimeout: 5000,
  print: (text) => console.log(/:(\d+)/.exec(text)?.[1]),
});

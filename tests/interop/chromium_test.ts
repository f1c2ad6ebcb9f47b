import { assertEquals } from "@std/assert";
import { web, WSMsgType } from "@roundtrip/http";
import { browse, findChromium } from "../_chromium.ts";

const chromium = await findChromium();

/** Runs in the page: talks to `/echo` in every way, and posts the results. */
const PAGE = `<!doctype html><script type="module">
const url = location.href.replace("http", "ws");
const open = (path, protocols) => new Promise((resolve) => {
  const socket = new WebSocket(new URL(path, url), protocols);
  socket.binaryType = "arraybuffer";
  const messages = [];
  socket.waiting = [];
  let end; // also what comes after it
  socket.next = () => messages.shift() ?? end ?? new Promise((r) => socket.waiting.push(r));
  const give = (m) => socket.waiting.length ? socket.waiting.shift()(m) : messages.push(m);
  socket.onmessage = ({ data }) => give(typeof data === "string" ? data : [...new Uint8Array(data)]);
  socket.onclose = ({ code, reason, wasClean }) => { give(end = [code, reason, wasClean]); resolve(socket); };
  socket.onopen = () => resolve(socket);
});
const seen = [];
const echo = await open("/echo", ["x", "b"]);
seen.push(echo.protocol, echo.extensions);
for (const text of ["a", "", "ж€😀"]) { echo.send(text); seen.push(await echo.next()); }
echo.send("x".repeat(100000)); seen.push((await echo.next()).length);
echo.send(new Uint8Array([0, 255])); seen.push(await echo.next());
await new Promise((r) => setTimeout(r, 1200)); // the server sends a ping
echo.send("alive"); seen.push(await echo.next());
echo.send("close"); seen.push(await echo.next());
const leaving = await open("/echo"); leaving.close(); seen.push(await leaving.next());
const throwing = await open("/throws"); seen.push(await throwing.next());
const foreign = await open("/foreign"); seen.push(await foreign.next());
await fetch("/seen", { method: "POST", body: JSON.stringify(seen) });
</script>`;

Deno.test({ name: "Chromium talks to our server", ignore: chromium === null }, async () => {
  const seen = Promise.withResolvers<unknown>();
  const app = new web.Application({ logger: { error() {} } });
  app.addRoutes([
    web.get(
      "/",
      () => new Response(PAGE, { headers: { "content-type": "text/html; charset=utf-8" } }),
    ),
    web.post("/seen", async (request) => {
      seen.resolve(await request.json());
      return new Response(null, { status: 204 });
    }),
    web.get(
      "/echo",
      web.webSocket(async (socket) => {
        for await (const message of socket) {
          if (message.type === WSMsgType.BINARY) await socket.sendBytes(message.data);
          if (message.type !== WSMsgType.TEXT) continue;
          if (message.data === "close") await socket.close(4001, "bye");
          else await socket.sendStr(message.data);
        }
      }, { protocols: ["b"], heartbeat: 1_000 }),
    ),
    web.get(
      "/throws",
      web.webSocket(() => {
        throw new Error("secret");
      }),
    ),
    web.get("/foreign", web.webSocket(() => {}, { checkOrigin: ["https://other.example"] })),
  ]);
  await using runner = new web.AppRunner(app, { shutdownTimeout: 1_000 });
  const url = await runner.listen({ hostname: "127.0.0.1", port: 0 });
  assertEquals(await browse(chromium ?? "", url, seen.promise), [
    "b",
    "",
    "a",
    "",
    "ж€😀",
    100_000,
    [0, 255],
    "alive",
    [4001, "bye", true],
    [1005, "", true],
    [1011, "Internal server error", true],
    [1006, "", false],
  ]);
});

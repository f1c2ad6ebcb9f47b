// deno run --allow-net=localhost examples/0024_encrypted_sessions.ts
// A session in an encrypted cookie, compatible with Python's aiohttp_session.
// 会话存在加密 Cookie 里，与 Python 的 aiohttp_session 兼容。
import { ClientSession, web } from "@roundtrip/http";

const app = new web.Application();
const key = crypto.getRandomValues(new Uint8Array(32)); // in production: a stored secret 生产环境用保存好的密钥
web.setupSessions(app, new web.EncryptedCookieStorage(key, { maxAge: 3_600_000 }));
app.addRoutes([
  web.get("/", async (request) => {
    const session = await web.getSession(request);
    const visits = (session.get<number>("visits") ?? 0) + 1;
    session.set("visits", visits);
    return web.textResponse(`${session.get("user") ?? "stranger"}, visit ${visits}`);
  }),
  web.post("/login", async (request) => {
    const session = await web.renewSession(request);
    session.set("user", (await request.post()).text("user"));
    throw new web.HTTPSeeOther("/");
  }),
  web.post("/logout", async (request) => {
    (await web.getSession(request)).invalidate();
    throw new web.HTTPSeeOther("/");
  }),
]);
await using runner = new web.AppRunner(app);
const baseUrl = await runner.listen({ hostname: "localhost", port: 0 });
await using session = new ClientSession({ baseUrl });

for (
  const [method, path] of [["GET", "/"], ["GET", "/"], ["POST", "/login"], ["POST", "/logout"]]
) {
  const options = path === "/login" ? { data: { user: "ann" } } : {};
  await using response = await session.request(method ?? "", path ?? "", options);
  console.log(await response.text());
}

// The cookie is unreadable without the key.
// 没有密钥读不出 Cookie。
const [cookie] = session.cookieJar;
console.log(cookie?.name, cookie?.value.startsWith("gAAAA"), cookie?.value.includes("visits"));

// Prints:
// stranger, visit 1
// stranger, visit 2
// ann, visit 3
// stranger, visit 1
// AIOHTTP_SESSION true false

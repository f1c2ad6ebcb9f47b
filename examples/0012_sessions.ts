// deno run --allow-net=localhost examples/0012_sessions.ts
// A session's headers and cookies are sent with every request, besides the request's own.
// 会话的请求头和 Cookie 随每个请求发送，请求自己的另加。
import { ClientSession, DummyCookieJar, web } from "@roundtrip/http";

const app = new web.Application();
app.addRoutes([
  web.get("/show", (request) =>
    web.textResponse(
      `${request.headers.get("x-app")} ${JSON.stringify([...request.cookies])}`,
    )),
  web.get("/login", () => {
    const response = web.textResponse("welcome");
    web.setCookie(response, "user", "ann", { httpOnly: true, path: "/" });
    return response;
  }),
]);
await using runner = new web.AppRunner(app);
const baseUrl = await runner.listen({ hostname: "localhost", port: 0 });

await using session = new ClientSession({
  baseUrl,
  headers: { "x-app": "tutorial" },
  cookies: { theme: "dark" },
});
async function show(options = {}): Promise<void> {
  await using response = await session.get("/show", options);
  console.log(await response.text());
}
await show();
await show({ headers: { "x-app": "once" }, cookies: { once: "1" } });

// The server's cookie is stored in the jar and sent from now on.
// 服务端的 Cookie 存入 jar，以后一并发送。
await using _login = await session.get("/login");
await show();
console.log([...session.cookieJar].map(({ name, value }) => `${name}=${value}`).sort().join("; "));

// A jar that stores nothing.
// 什么都不存的 jar。
await using stranger = new ClientSession({ baseUrl, cookieJar: new DummyCookieJar() });
await using _again = await stranger.get("/login");
await using unknown = await stranger.get("/show");
console.log(await unknown.text());

// Prints:
// tutorial [["theme","dark"]]
// once [["theme","dark"],["once","1"]]
// tutorial [["user","ann"],["theme","dark"]]
// theme=dark; user=ann
// null []

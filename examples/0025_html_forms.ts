// deno run --allow-net=localhost examples/0025_html_forms.ts
// An HTML form by GET arrives in the query, by POST in the body.
// HTML 表单：GET 在查询参数里，POST 在请求体里。
import { ClientSession, web } from "@roundtrip/http";

const PAGE = `<!doctype html><title>form</title>
<form action="/search"><input name="q"><button>Search</button></form>
<form action="/login" method="post"><input name="user"><input name="pass" type="password">
<button>Log in</button></form>`;

const app = new web.Application();
app.addRoutes([
  web.get("/", () => web.textResponse(PAGE, { contentType: "text/html; charset=utf-8" })),
  web.get("/search", (request) => web.textResponse(`searched ${request.query.get("q")}`)),
  web.post("/login", async (request) => {
    const data = await request.post();
    const user = data.text("user"); // undefined if it is missing or a file 缺少或是文件时为 undefined
    if (!user || !data.text("pass")) {
      throw new web.HTTPBadRequest({ text: "user and pass, please" });
    }
    return web.textResponse(
      `hello, ${user}; fields: ${[...data].map(([name]) => name).join(", ")}`,
    );
  }),
]);
await using runner = new web.AppRunner(app);
const baseUrl = await runner.listen({ hostname: "localhost", port: 0 });
await using session = new ClientSession({ baseUrl });

await using page = await session.get("/");
console.log(page.contentType, page.charset);
await using search = await session.get("/search", { params: { q: "aiohttp & Deno" } });
console.log(await search.text());
await using login = await session.post("/login", { data: { user: "ann", pass: "secret" } });
console.log(await login.text());
await using empty = await session.post("/login", { data: { user: "ann" } });
console.log(empty.status, await empty.text());

// Prints:
// text/html utf-8
// searched aiohttp & Deno
// hello, ann; fields: user, pass
// 400 user and pass, please

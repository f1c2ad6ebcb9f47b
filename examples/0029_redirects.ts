// deno run --allow-net=localhost examples/0029_redirects.ts
// Redirects are thrown: to a URL, or to a route by its name.
// 重定向用 throw：到 URL，或到命名路由。
import { ClientSession, web } from "@roundtrip/http";

const app = new web.Application();
app.addRoutes([
  web.get("/by-url", () => {
    throw new web.HTTPFound("/users/1?from=url");
  }),
  web.get("/by-name", (request) => {
    const url = request.app.router.named("user").urlFor({ id: "2" });
    throw new web.HTTPFound(url.withQuery({ from: "name" }));
  }),
  web.post("/form", () => {
    throw new web.HTTPSeeOther("/users/3"); // 303: the browser follows with GET 浏览器以 GET 跟随
  }),
  web.get(
    "/users/{id}",
    (request) =>
      web.textResponse(`${request.method} user ${request.matchInfo.id}, ${request.queryString}`),
    {
      name: "user",
    },
  ),
]);
await using runner = new web.AppRunner(app);
const baseUrl = await runner.listen({ hostname: "localhost", port: 0 });
await using session = new ClientSession({ baseUrl });

for (
  const [method, path] of [["GET", "/by-url"], ["GET", "/by-name"], ["POST", "/form"]] as const
) {
  await using response = await session.request(method, path);
  console.log(response.history.map(({ status }) => status).join(), await response.text());
}

// Prints:
// 302 GET user 1, from=url
// 302 GET user 2, from=name
// 303 GET user 3,

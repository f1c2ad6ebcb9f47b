// deno run examples/0019_named_resources.ts
// Building the URLs of named routes instead of writing them by hand. No socket is needed.
// 由命名路由生成 URL，不必手写；不需要套接字。
import { web } from "@roundtrip/http";

const app = new web.Application();
app.addRoutes([
  web.get("/root", (request) => {
    const url = request.app.router.named("user").urlFor({ id: "7" }).withQuery({ a: "b", c: 1 });
    return web.textResponse(`${url}`);
  }, { name: "root" }),
  web.get("/users/{id:\\d+}", () => web.textResponse("user"), { name: "user" }),
  web.get("/files/{path}", () => web.textResponse("file"), { name: "file" }),
]);

const response = await app.fetch(new Request("http://localhost/root"));
console.log(await response.text());

const { router } = app;
console.log(`${router.named("root").urlFor()}`);
console.log(`${router.named("user").urlFor({ id: "42" })}`);
console.log(`${router.named("file").urlFor({ path: "a b/你.txt" })}`); // percent-encoded 百分号编码
for (const wrong of [() => router.named("nobody"), () => router.named("user").urlFor({})]) {
  try {
    wrong();
  } catch (error) {
    console.log((error as Error).message);
  }
}

// Prints:
// /users/7?a=b&c=1
// /root
// /users/42
// /files/a%20b/%E4%BD%A0.txt
// No resource is named "nobody"; the names are: "root", "user", "file"
// Cannot build a URL for "/users/{id:\d+}": "id" has to be a string, got undefined

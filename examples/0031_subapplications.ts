// deno run examples/0031_subapplications.ts
// An application under a prefix of another, with its own routes, middlewares and state.
// 挂在另一个应用前缀下的应用，有自己的路由、中间件和状态。
import { web } from "@roundtrip/http";

const TITLE = new web.AppKey<string>("title");

const guard: web.Middleware = (request, handler) => {
  if (request.headers.get("x-admin") !== "yes") throw new web.HTTPForbidden();
  return handler(request);
};

const admin = new web.Application({ middlewares: [guard] });
admin.set(TITLE, "Administration");
admin.addRoutes([
  web.get("/", (request) => web.textResponse(request.app.get(TITLE)), { name: "home" }),
  web.get("/users/{id}", ({ matchInfo }) => web.textResponse(`user ${matchInfo.id}`), {
    name: "user",
  }),
]);

const app = new web.Application();
app.addRoutes([web.get("/", () => web.textResponse("the front"))]);
app.addSubapp("/admin", admin);

for (
  const [path, admin] of [["/", "no"], ["/admin/", "yes"], ["/admin/users/7", "yes"], [
    "/admin/",
    "no",
  ]]
) {
  const response = await app.request(path ?? "", { headers: { "x-admin": admin ?? "" } });
  console.log(path, response.status, await response.text());
}
console.log(`${admin.router.named("user").urlFor({ id: "7" })}`); // with the prefix 带前缀

// Prints:
// / 200 the front
// /admin/ 200 Administration
// /admin/users/7 200 user 7
// /admin/ 403 403: Forbidden
// /admin/users/7

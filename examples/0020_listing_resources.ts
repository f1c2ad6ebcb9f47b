// deno run examples/0020_listing_resources.ts
// Listing an application's resources, their methods and their names.
// 列出应用的资源、方法、名字。
import { web } from "@roundtrip/http";

const ok: web.Handler = () => web.textResponse("ok");
const app = new web.Application();
app.addRoutes([
  web.get("/", ok, { name: "home" }),
  web.get("/users/{id:\\d+}", ok, { name: "user" }),
  web.put("/users/{id:\\d+}", ok, { name: "user" }),
  web.route("*", "/any", ok),
]);

for (const resource of app.router.resources()) console.log(resource, `${resource.canonical}`);
for (const { method, resource } of app.router.routes()) console.log(method, resource.canonical);
for (const [name, resource] of app.router.namedResources()) {
  console.log(name, "is", resource.canonical);
}

// Prints:
// <Resource /> /
// <Resource /users/{id}> /users/{id}
// <Resource /any> /any
// GET /
// HEAD /
// GET /users/{id}
// HEAD /users/{id}
// PUT /users/{id}
// * /any
// home is /
// user is /users/{id}

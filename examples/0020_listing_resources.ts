// deno run examples/0020_listing_resources.ts
// Listing an application's resources, their methods and their names.
import { web } from "@roundtrip/http";

const ok: web.Handler = () => web.textResponse("ok");
const app = new web.Application();
app.addRoutes([
  web.get("/", ok, { name: "home" }),
  web.get("/users/{id:\\d+}", ok, { name: "user" }),
  web.put("/users/{id:\\d+}", ok, { name: "user" }),
  web.route("*", "/any", ok),
]);

for (const resource of app.router.resources()) console.log(resource.canonical);
for (const { method, resource } of app.router.routes()) console.log(method, resource.canonical);
for (const [name, resource] of app.router.namedResources()) {
  console.log(name, "is", resource.canonical);
}

// Prints:
// /
// /users/{id}
// /any
// GET /
// HEAD /
// GET /users/{id}
// HEAD /users/{id}
// PUT /users/{id}
// * /any
// home is /
// user is /users/{id}

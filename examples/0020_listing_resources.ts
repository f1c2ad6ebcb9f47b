// deno run examples/0020_listing_resources.ts
// What an application answers to: its resources, their methods, and those that have names.
import { web } from "@roundtrip/http";

const ok: web.Handler = () => web.textResponse("ok");
const app = new web.Application();
app.addRoutes([
  web.get("/", ok, { name: "home" }),
  web.get("/users/{id:\\d+}", ok, { name: "user" }),
  web.put("/users/{id:\\d+}", ok, { name: "user" }),
  web.route("*", "/any", ok),
]);

for (const resource of app.router.resources()) {
  console.log(resource.canonical, [...resource.methods].join(" "), resource.name);
}
for (const [name, resource] of app.router.namedResources()) {
  console.log(name, resource.canonical);
}

// Prints:
// / GET HEAD home
// /users/{id:\d+} GET HEAD PUT user
// /any * null
// home /
// user /users/{id:\d+}

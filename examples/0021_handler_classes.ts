// deno run examples/0021_handler_classes.ts
// Handlers with shared state as fields of an object; arrow functions keep `this`.
import { web } from "@roundtrip/http";

class Counter {
  #count = 0;

  readonly show = (): Response => web.textResponse(`count ${this.#count}`);

  readonly add = (request: web.ServerRequest): Response => {
    this.#count += Number(request.query.get("by") ?? 1);
    return this.show();
  };

  routes(): web.RouteTable {
    return new web.RouteTable().get("/count", this.show).post("/count", this.add);
  }
}

const app = new web.Application();
app.addRoutes(new Counter().routes());

for (
  const [method, query] of [["GET", ""], ["POST", ""], ["POST", "?by=5"], ["GET", ""]] as const
) {
  const request = new Request(`http://localhost/count${query}`, { method });
  const response = await app.fetch(request);
  console.log(method, await response.text());
}

// Prints:
// GET count 0
// POST count 1
// POST count 6
// GET count 6

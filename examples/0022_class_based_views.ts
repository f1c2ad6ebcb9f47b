// deno run examples/0022_class_based_views.ts
// A view has one class method per HTTP method; others are 405 with an Allow header.
// 类视图：每个 HTTP 方法一个类方法；其他方法得到 405 和 Allow。
import { web } from "@roundtrip/http";

const items = new Map<string, unknown>([["1", { name: "pen" }]]);

class Item extends web.View {
  get #id(): string {
    return this.request.matchInfo.id ?? "";
  }

  get(): Response {
    const item = items.get(this.#id);
    if (item === undefined) throw new web.HTTPNotFound({ text: `no item ${this.#id}` });
    return web.jsonResponse(item);
  }

  async put(): Promise<Response> {
    items.set(this.#id, await this.request.json());
    return web.jsonResponse(items.get(this.#id), { status: 201 });
  }
}

const app = new web.Application();
app.addRoutes([web.view("/items/{id}", Item)]);

// In a table, as a call or as a decorator.
// 在路由表里：调用，或作装饰器。
const routes = new web.RouteTable().view("/more/{id}", Item);
@routes.view("/")
class _Home extends web.View {
  get(): Response {
    return web.textResponse(`${items.size} items`);
  }
}
app.addRoutes(routes);

const requests: [string, RequestInit][] = [
  ["/items/1", {}],
  ["/items/2", {}],
  ["/items/2", { method: "PUT", body: '{"name": "ink"}' }],
  ["/items/2", {}],
  ["/items/1", { method: "DELETE" }],
  ["/more/1", {}],
  ["/", {}],
];
for (const [path, init] of requests) {
  const response = await app.fetch(new Request(`http://localhost${path}`, init));
  console.log(response.status, response.headers.get("allow") ?? "", await response.text());
}

// Prints:
// 200  {"name":"pen"}
// 404  no item 2
// 201  {"name":"ink"}
// 200  {"name":"ink"}
// 405 GET,PUT 405: Method Not Allowed
// 200  {"name":"pen"}
// 200  2 items

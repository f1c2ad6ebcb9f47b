// deno run examples/0021_handler_classes.ts
// Handlers with shared state as fields of an object; arrow functions keep `this`.
// 把共享状态放在对象字段里的处理器；箭头函数保留 this。
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

// Methods with decorators are routes of each instance.
// 带装饰器的方法是每个实例的路由。
const routes = new web.RouteTable();
class Greeter {
  constructor(readonly greeting: string) {}

  @routes.get("/hello/{name}")
  hello(request: web.ServerRequest<{ name: string }>): Response {
    return web.textResponse(`${this.greeting}, ${request.matchInfo.name}`);
  }
}
new Greeter("hi");
app.addRoutes(routes);

for (
  const [method, query] of [["GET", ""], ["POST", ""], ["POST", "?by=5"], ["GET", ""]] as const
) {
  const request = new Request(`http://localhost/count${query}`, { method });
  const response = await app.fetch(request);
  console.log(method, await response.text());
}
const hello = await app.fetch(new Request("http://localhost/hello/ann"));
console.log(await hello.text());

// Prints:
// GET count 0
// POST count 1
// POST count 6
// GET count 6
// hi, ann

// deno run --allow-net=localhost examples/0041_typed_client.ts
// A client with the types of the server's routes, without a generator: a wrong path, part or field
// does not compile, and errors are values.
// 客户端带有服务端路由的类型，不用生成器；错误是值。
import { ClientSession, typedClient, web } from "@roundtrip/http";

interface Item {
  readonly name: string;
  readonly price: number;
}
const items = new Map<string, Item>([["1", { name: "pen", price: 3 }]]);

// A list of routes keeps their types, and so does a table in one chain of calls.
// 路由列表保留类型，链式调用的路由表也一样。
export const routes = [
  web.get("/items/{id}", (request) => {
    const item = items.get(request.matchInfo.id);
    return item === undefined
      ? web.jsonResponse({ error: `no item ${request.matchInfo.id}` }, { status: 404 })
      : web.jsonResponse(item);
  }),
  web.get("/items", (request) => {
    const most = Number(request.query.get("most") ?? Infinity);
    return web.jsonResponse([...items.values()].filter((item) => item.price <= most));
  }),
];
export type Api = typeof routes; // all that the client's program needs: import type { Api } 客户端只需要 import type { Api }

const app = new web.Application();
app.addRoutes(routes);
await using runner = new web.AppRunner(app);
const baseUrl = await runner.listen({ hostname: "localhost", port: 0 });

for (const options of [{ baseUrl }, { app }]) { // over the network, and in process 经过网络，和在进程内
  await using session = new ClientSession(options);
  const client = typedClient<Api>(session);
  for (const id of [1, 2]) {
    const reply = await client.get("/items/{id}", { params: { id } });
    if (reply.status === 200) console.log(reply.data.name, reply.data.price + 1);
    else if (reply.status === 404) console.log(reply.data.error);
    else console.log("unexpected", reply.status);
  }
  const cheap = await client.get("/items", { query: { most: 1 } });
  if (cheap.ok) console.log(cheap.data);
}

// Prints:
// pen 4
// no item 2
// []
// pen 4
// no item 2
// []

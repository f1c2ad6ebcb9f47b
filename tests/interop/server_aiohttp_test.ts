import { assertEquals } from "@std/assert";
import { web, WSMsgType } from "@roundtrip/http";
import { pythonWith } from "./_python.ts";

const python = await pythonWith("aiohttp");

const routes = new web.RouteTable();

class Counter {
  #count = 0;
  @routes.get("/counter")
  next(): Response {
    return web.jsonResponse(++this.#count);
  }
}

class Page extends web.View {
  get() {
    return web.textResponse("view");
  }
}

const seenBy = (name: string): web.Middleware => async (request, handler) => {
  try {
    const response = await handler(request) as Response;
    response.headers.append("x-seen-by", name);
    return response;
  } catch (error) {
    if (error instanceof web.HTTPException) error.headers.append("x-seen-by", name);
    throw error;
  }
};

function application(): web.Application {
  let left = false;
  const app = new web.Application({
    logger: { error() {} },
    clientMaxSize: 200_000,
    middlewares: [web.normalizePathMiddleware(), seenBy("app")],
  });
  app.addRoutes([
    web.get(
      "/users/{name}",
      (request) => web.jsonResponse([request.matchInfo.name, [...request.query], request.path]),
    ),
    web.post("/form", async (request) => web.jsonResponse([...await request.post()])),
    web.post("/json", async (request) => web.jsonResponse(await request.json())),
    web.post("/text", async (request) => web.textResponse(await request.text())),
    web.post("/size", async (request) => web.jsonResponse((await request.read()).length)),
    web.get("/redirect", (request) => {
      throw new web.HTTPFound(request.app.router.named("echo").urlFor({ n: "a b" }));
    }),
    web.get("/echo/{n}", (request) => web.textResponse(request.matchInfo.n), { name: "echo" }),
    web.get("/login", () => {
      const response = web.textResponse("");
      web.setCookie(response, "user", "me", { httpOnly: true });
      return response;
    }),
    web.get("/whoami", (request) => web.textResponse(request.cookies.get("user") ?? "nobody")),
    web.view("/view", Page),
    web.get("/boom", () => {
      throw new Error("secret");
    }),
    web.get("/cached", (request) => {
      if (request.ifNoneMatch?.some((tag) => tag.value === "v1")) throw new web.HTTPNotModified();
      return web.textResponse("new");
    }),
    web.get("/page/", () => web.textResponse("page")),
    web.get(
      "/wait",
      (request) =>
        new Promise<Response>((resolve) =>
          request.signal.addEventListener("abort", () => {
            left = true;
            resolve(web.textResponse(""));
          })
        ),
    ),
    web.get("/left", () => web.jsonResponse(left)),
    web.get("/ws", async (request) => {
      const socket = new web.WebSocketResponse();
      await socket.prepare(request);
      for await (const message of socket) {
        if (message.type === WSMsgType.TEXT) await socket.sendStr(`${message.data}!`);
      }
      return socket;
    }),
    ...routes,
  ]);
  const admin = new web.Application({ middlewares: [seenBy("admin")] });
  admin.addRoutes([
    web.get(
      "/stats/{id:\\d+}",
      (request) => web.jsonResponse([request.matchInfo.id, request.apps.length]),
    ),
  ]);
  app.addSubapp("/admin", admin);
  const api = new web.Application();
  api.addRoutes([web.get("/host", (request) => web.textResponse(request.host))]);
  app.addDomain("*.example.com", api);
  return app;
}

Deno.test({
  name: "aiohttp's client gets the same from our server as from aiohttp's",
  ignore: python === null,
  async fn() {
    new Counter();
    await using server = await web.TestServer.start(application());
    const script = new URL("server_aiohttp_client.py", import.meta.url).pathname;
    const { code, stdout, stderr } = await new Deno.Command(python ?? "", {
      args: [script, server.url],
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    assertEquals(JSON.parse(new TextDecoder().decode(stdout)), {
      user: [200, ["a/b", [["x", "ж"], ["y", "1"], ["y", "2"]], "/users/a/b"]],
      space: ["x y", [], "/users/x y"],
      form: [["a", "1"], ["b", "ж"]],
      json: { n: [1, null, "ж"] },
      text: "привет",
      chunked: 100_000,
      "too large": [413, "Maximum request body size 200000 exceeded."],
      redirect: [200, "/echo/a%20b", [302]],
      cookie: "me",
      "405": [405, "GET,HEAD", "405: Method Not Allowed"],
      head: [200, true, 0],
      "sub 404": [404, "admin, app"],
      sub: [["7", 2], "admin, app"],
      method: 1,
      view: [405, "GET"],
      boom: [500, "500 Internal Server Error\n\nServer got itself in trouble"],
      conditional: 304,
      domain: "api.example.com",
      normalized: ["page", [308]],
      many: true,
      left: true,
      ws: "hi!",
    });
  },
});

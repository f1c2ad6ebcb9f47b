// deno run --allow-net=0.0.0.0,localhost --allow-write=tmp examples/0001_request.ts N [PORT]
// A server and a client of it in one program: `0` starts the server, and `1` to `4` in a second
// terminal send it requests. Without a number it lists them.
// 服务端和它的客户端在同一个程序里：`0` 启动服务端，在另一个终端里用 `1` 到 `4` 向它发请求。
import {
  ClientConnectionError,
  ClientSession,
  ContentTypeError,
  web,
  WSMsgType,
} from "@roundtrip/http";

const USAGE = `usage: 0001_request.ts N [PORT]
  0  start the server (port 8080 unless given); 1 to 4 talk to it
  1  GET /, print status and text
  2  query parameters: an object, pairs, an encoded URL
  3  POST JSON and meet a reply of another mime type
  4  stream a reply into tmp/localhost.html`;

const [option = "", port = "8080"] = Deno.args;

async function server(): Promise<void> {
  const hello: web.Handler = (request) =>
    web.textResponse(`hello, ${request.matchInfo.name ?? "shadaileng"}`);
  const routes = new web.RouteTable();
  routes.get("/", hello);
  routes.get("/querystring", (request) => web.textResponse(request.queryString));
  routes.post("/json", async (request) => {
    console.log(await request.json());
    return new Response('{"status": "ok"}', {
      headers: { "content-type": "text/json;charset=utf-8" },
    });
  });
  routes.get("/root/{name}", (request) => {
    const { name } = request.matchInfo;
    const url = request.app.router.named("root").urlFor({ name }).withQuery("a=b&c=d");
    console.log(`${url}`);
    return hello(request);
  }, { name: "root" });
  routes.get("/ws", async (request) => {
    const socket = new web.WebSocketResponse();
    await socket.prepare(request);
    for await (const message of socket) {
      if (message.type !== WSMsgType.TEXT) continue;
      if (message.data === "close") await socket.close();
      else await socket.sendStr(`${message.data}/answer`);
    }
    return socket;
  });
  routes.get("/{name}", hello);

  const app = new web.Application();
  app.addRoutes(routes);
  await web.runApp(app, { host: "0.0.0.0", port: Number(port) });
}

async function request(session: ClientSession): Promise<void> {
  await using response = await session.get("/");
  console.log(`status: ${response.status}`);
  console.log(await response.text());
}

async function params(session: ClientSession): Promise<void> {
  const object = { key1: "val1", key2: "val2" };
  const pairs = [["key1", "val1"], ["key2", "val2"], ["key2", "val3"]] as const;
  for (const query of [object, pairs, "key+1=val"]) {
    await using response = await session.get("/querystring", { params: query });
    console.log(response.url.href);
  }
}

async function json(session: ClientSession): Promise<void> {
  await using response = await session.post("/json", { json: { test: "object" } });
  console.log(`status: ${response.status}`);
  try {
    console.log(await response.json());
  } catch (error) {
    if (!(error instanceof ContentTypeError)) throw error;
    console.log(`exception: ${error.message}`);
  }
  console.log("=".repeat(35));
  console.log(`status: ${response.status}`);
  console.log(await response.text());
}

async function stream(session: ClientSession): Promise<void> {
  await using response = await session.get("/");
  console.log(`status: ${response.status}`);
  await Deno.mkdir("tmp", { recursive: true });
  using file = await Deno.open("tmp/localhost.html", { write: true, create: true, truncate: true });
  const writer = file.writable.getWriter();
  const decoder = new TextDecoder();
  for await (const chunk of response.content.iterChunked(1024)) {
    console.log(decoder.decode(chunk, { stream: true }));
    await writer.write(chunk);
  }
  await writer.close();
}

const CLIENTS: Record<string, (session: ClientSession) => Promise<void>> = {
  1: request,
  2: params,
  3: json,
  4: stream,
};

async function main(): Promise<number> {
  const client = CLIENTS[option];
  try {
    if (option === "0") await server();
    else if (client !== undefined) {
      await using session = new ClientSession({ baseUrl: `http://localhost:${port}` });
      await client(session);
    } else {
      console.error(USAGE);
      return option === "" ? 0 : 2;
    }
    return 0;
  } catch (error) {
    if (error instanceof web.AddressInUseError) {
      console.error(`${error.message}: 0001_request.ts 0 8081`);
    } else if (error instanceof ClientConnectionError) {
      console.error(`${error.message}. Is the server running? Start it with: 0001_request.ts 0`);
    } else throw error;
    return 1;
  }
}

Deno.exitCode = await main();

// 1 prints:
// status: 200
// hello, shadaileng
//
// 2 prints:
// http://localhost:8080/querystring?key1=val1&key2=val2
// http://localhost:8080/querystring?key1=val1&key2=val2&key2=val3
// http://localhost:8080/querystring?key+1=val
//
// 3 prints:
// status: 200
// exception: 200, message='Attempt to decode JSON with unexpected mimetype: text/json;charset=utf-8', url='http://localhost:8080/json'
// ===================================
// status: 200
// {"status": "ok"}
//
// 4 prints:
// status: 200
// hello, shadaileng

// How costs grow with the number of things: `deno task bench --growth`, in process, on one core.
import process from "node:process";
import { CookieJar, web } from "../../mod.ts";
import { formatFigure } from "../measure/table.ts";

const SIZES = [10, 100, 1000, 10_000];
/** Where more would be more than a header, or a process's files, may be. */
const MOST: Readonly<Record<string, number>> = {
  "request headers": 1000,
  "connections beside": 1000,
  "members of a group": 1000,
};
const MEASURED = 150_000; // µs of CPU a size

/** Prepares `size` things; resolves to the work whose cost is measured. */
type Setup = (size: number, stack: AsyncDisposableStack) => unknown;

const text = () => web.textResponse("x");
const list = <T>(size: number, make: (at: number) => T) =>
  Array.from({ length: size }, (_, at) => make(at));
const pairs = (size: number) => list(size, (at): [string, string] => [`name-${at}`, "value"]);

function answering(routes: web.RouteDef[], make: () => Request | Promise<Request>) {
  const app = new web.Application({ clientMaxSize: 0 });
  app.addRoutes(routes);
  return async () => {
    const response = await app.fetch(await make());
    const body = await response.text();
    if (!response.ok) throw new Error(`It answered ${response.status} ${body}`);
  };
}

function routed(path: (at: number) => string, url: string): Setup {
  return (size) =>
    answering(
      list(size, (at) => web.get(path(at), text)),
      () => new Request(`http://localhost${url.replace("#", `${size - 1}`)}`),
    );
}

/** Requests to a server on loopback; `more` opens what is beside them. */
function beside(more: (url: string, size: number, stack: AsyncDisposableStack) => unknown): Setup {
  return async (size, stack) => {
    const group = new web.WebSocketGroup({ slowPeer: "skip" });
    const app = new web.Application();
    app.addRoutes([
      web.get("/", text),
      web.get("/send", async () => web.textResponse(`${await group.send("x")}`)),
      web.get(
        "/join",
        web.webSocket(async (socket) => {
          await group.join(socket);
          for await (const _ of socket);
        }),
      ),
    ]);
    const runner = stack.use(new web.AppRunner(app, { shutdownTimeout: 100 }));
    const url = await runner.listen({ hostname: "127.0.0.1", port: 0 });
    const path = await more(url, size, stack);
    return async () => await (await fetch(`${url}${path}`)).text();
  };
}

const GROWTHS: Readonly<Record<string, Setup>> = {
  "routes, fixed first segment": routed((at) => `/section${at}/{id}`, "/section#/7"),
  "routes, variable first segment": routed((at) => `/{org}/section${at}/{id}`, "/ada/section#/7"),
  "request headers": (size) => {
    const headers = pairs(size);
    const request = new Request("http://localhost/", { headers });
    return answering(
      [web.get("/", (r) => web.textResponse(`${r.headers.get("name-1")}`))],
      () => request,
    );
  },
  "response headers": (size) => {
    const headers = pairs(size);
    return answering(
      [web.get("/", () => web.textResponse("x", { headers }))],
      () => new Request("http://localhost/"),
    );
  },
  "cookies of a request": (size) => {
    const headers = { cookie: pairs(size).map((pair) => pair.join("=")).join("; ") };
    return answering(
      [web.get("/", (r) => web.textResponse(`${r.cookies.get("name-1")}`))],
      () => new Request("http://localhost/", { headers }),
    );
  },
  "cookies of a host in a jar": (size) => {
    const jar = new CookieJar();
    const at = (path: number) => new URL(`http://localhost/${path}/`);
    for (let path = 0; path < size; path++) jar.updateCookies({ [`c${path}`]: "1" }, at(path));
    return () => jar.filterCookies(at(7));
  },
  "parts of a form": async (size) => {
    const form = new FormData();
    for (const [name, value] of pairs(size)) form.append(name, value);
    const encoded = new Response(form);
    const init = { method: "POST", headers: encoded.headers, body: await encoded.bytes() };
    const handler: web.Handler = async (request) => {
      return web.textResponse(`${(await request.post({ maxParts: Infinity })).size}`);
    };
    return answering([web.post("/", handler)], () => new Request("http://localhost/", init));
  },
  "connections beside": beside(async (url, size, stack) => {
    const { hostname, port } = new URL(url);
    for (let i = 0; i < size; i++) {
      const connection = stack.adopt(
        await Deno.connect({ hostname, port: Number(port) }),
        (each) => each.close(),
      );
      await connection.write(new Uint8Array(1));
    }
    return "/";
  }),
  "members of a group": beside(async (url, size, stack) => {
    const socket = `${url.replace("http", "ws")}/join`;
    await Promise.all(list(size, () => {
      const joined = stack.adopt(new WebSocket(socket), (each) => each.close());
      return new Promise((resolve) => joined.onopen = resolve);
    }));
    return "/send";
  }),
  "files of a folder": async (size, stack) => {
    const folder = await Deno.makeTempDir();
    stack.defer(() => Deno.remove(folder, { recursive: true }));
    await Promise.all(list(size, (at) => Deno.writeTextFile(`${folder}/file-${at}`, "")));
    return answering(
      [web.static("/", folder, { showIndex: true })],
      () => new Request("http://localhost/"),
    );
  },
};

/** Prints the cost of one request by size, and the exponent of its growth over the last two. */
export async function printGrowth(): Promise<void> {
  console.log(`CPU µs of one request beside or with so many; exponent 0 is flat, 1 proportional\n`);
  console.log(`| of | ${SIZES.join(" | ")} | exponent |\n|---|${"---:|".repeat(SIZES.length + 1)}`);
  for (const [name, setup] of Object.entries(GROWTHS)) {
    const costs: number[] = [];
    for (const size of SIZES.filter((each) => each <= (MOST[name] ?? Infinity))) {
      await using stack = new AsyncDisposableStack();
      costs.push(await costOf((await setup(size, stack)) as () => unknown));
    }
    const [before = NaN, last = NaN] = costs.slice(-2);
    const cells = SIZES.map((_, at) => costs[at] === undefined ? "" : formatFigure(costs[at]));
    console.log(`| ${name} | ${cells.join(" | ")} | ${Math.log10(last / before).toFixed(2)} |`);
  }
}

async function costOf(work: () => unknown): Promise<number> {
  for (let i = 0; i < 20; i++) await work();
  const start = process.cpuUsage();
  for (let count = 1;; count++) {
    await work();
    const { user, system } = process.cpuUsage(start);
    if (user + system > MEASURED) return (user + system) / count;
  }
}

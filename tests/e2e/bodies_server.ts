/**
 * A server for `bodies_test.ts`, whose routes leave bodies unread in every way; prints its URL.
 * @module
 */
import process from "node:process";
import { BodyPartReader, web } from "@roundtrip/http";

// A clock that runs faster, so that limits of time are reached sooner.
const { now } = performance;
const { cpuUsage } = process;
const speed = Number(Deno.env.get("CLOCK") ?? 1);
performance.now = () => now.call(performance) * speed;
process.cpuUsage = () => {
  const { user, system } = cpuUsage();
  return { user: user * speed, system: system * speed };
};

const folder = await Deno.makeTempDir();
await Deno.writeTextFile(`${folder}/taken`, "");
const text = (request: web.ServerRequest): Promise<string> => request.text();
const firstPart = async (request: web.ServerRequest): Promise<BodyPartReader> => {
  const part = await (await request.multipart()).next();
  if (!(part instanceof BodyPartReader)) throw new web.HTTPBadRequest({ text: "no part" });
  return part;
};

/** A schema that accepts anything. */
const names = {
  "~standard": {
    version: 1 as const,
    vendor: "test",
    validate: (value: unknown) => ({ value: { value } }),
  },
};

const app = new web.Application({
  bodyTimeout: Number(Deno.env.get("BODY_TIMEOUT") ?? 60_000),
  clientMaxSize: Number(Deno.env.get("CLIENT_MAX_SIZE") ?? 1024 ** 2),
  logger: { error: (message, error) => console.log(`log: ${message}: ${error}`) },
});
/** Says how many messages came before the one that says "end", and their bytes. */
const counted = web.webSocket(async (socket) => {
  let [messages, bytes] = [0, 0];
  for await (const { data } of socket) {
    if (data === "end") break;
    messages++;
    bytes += data instanceof Uint8Array ? data.length : 0;
  }
  await socket.sendStr(`${messages} messages, ${bytes} bytes`);
});
app.addRoutes([
  web.get("/messages", counted),
  web.get("/fragments", counted),
  web.get("/", () => web.textResponse("hello")),
  web.post("/return", () => web.textResponse("returned")),
  web.post("/half", async ({ content }) => {
    await content.readExactly(1000);
    return web.textResponse("half");
  }),
  web.post("/throw", async ({ content }) => {
    await content.readExactly(1000);
    throw new Error("thrown");
  }),
  web.post("/exception", async ({ content }) => {
    await content.readExactly(1000);
    throw new web.HTTPForbidden();
  }),
  web.post("/break", async (request) => {
    for await (const part of await request.multipart()) {
      if (part instanceof BodyPartReader) {
        await part.readChunk();
        break;
      }
    }
    return web.textResponse("left");
  }),
  web.post("/conflict", async (request) => {
    await web.saveFile(await firstPart(request), `${folder}/taken`);
    return web.textResponse("saved");
  }),
  web.post("/caught", async (request) => {
    try {
      await web.saveFile(await firstPart(request), `${folder}/taken`);
    } catch {
      return web.textResponse("caught", { status: 202 });
    }
    return web.textResponse("saved");
  }),
  web.post("/stream", async (request) => {
    await request.content.readAny();
    const response = new web.StreamResponse();
    await response.prepare(request);
    await response.write("streamed");
    return response;
  }),
  web.post("/nothing", () => new Response(null, { status: 204 })),
  web.post("/read", async (request) => web.jsonResponse((await request.read()).length)),
  web.post("/text", async (request) => web.jsonResponse((await text(request)).length)),
  web.post("/json", async (request) => web.jsonResponse(await request.json())),
  web.post("/form", async (request) => web.jsonResponse((await request.post()).size)),
  web.post("/lines", async (request) => {
    let lines = 0;
    for await (const _ of request.content) lines++;
    return web.jsonResponse(lines);
  }),
  web.post(
    "/validated",
    web.validate(
      { form: names },
      (_, { form }) => web.jsonResponse(Object.keys(Object(form)).length),
    ),
  ),
  web.post("/parts", async (request) => {
    const part = await firstPart(request);
    return web.jsonResponse((await part.read()).length);
  }),
]);
const coded = new web.Application({ middlewares: [web.decompressMiddleware()] });
coded.addRoutes([
  web.post("/text", async (request) => web.jsonResponse((await text(request)).length)),
]);
app.addSubapp("/coded", coded);
const engine = Deno.env.get("ENGINE") === "sockets" ? { engine: web.socketEngine() } : {};
const runner = new web.AppRunner(app, engine);
console.log(`ready ${await runner.listen({ hostname: "127.0.0.1", port: 0 })} ${Deno.pid}`);

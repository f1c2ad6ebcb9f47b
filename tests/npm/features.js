// What the package does on a runtime: each feature is used, and its result compared.
import {
  cacheMiddleware,
  ClientSession,
  FormBody,
  NotSupportedError,
  web,
  WSMsgType,
} from "@roundtrip/http";
import { fromHono } from "@roundtrip/http/hono";
import { cors } from "hono/cors";

const key = new TextEncoder().encode("Thirty  two  length  bytes  key.");
/** A session of another process, with characters that cross blocks of the cipher. */
const OTHERS =
  "gAAAAAAAAAPoNWS28fhfmii_11qvDxTSDsM-dWWuy_6v9kBHc2EFhUohiIo7fpLgUIIGwBvb9jb0kaE5x2wUh-O3csJUSaGoRYqyF9Bdau12Lm8YpEoFt8n-ny6xIGCgRftVEAQNNFaxXcIGVzbvF7mhwmoVGZeH6sjtRZGpFIQr_0nH1Mig4Bg=";

/** `Promise.withResolvers()`, which Node 20 lacks. */
function deferred() {
  const parts = {};
  parts.promise = new Promise((resolve) => parts.resolve = resolve);
  return parts;
}

/** An application with a route for each feature of a server. */
function application(folder) {
  const app = new web.Application({ middlewares: [fromHono(cors())] });
  web.setupSessions(app, new web.EncryptedCookieStorage(key));
  app.addRoutes([
    web.get("/", () => web.textResponse("hello")),
    web.get("/users/{id}", (request) => web.jsonResponse({ id: request.matchInfo.id })),
    web.post("/json", async (request) => web.jsonResponse(await request.json())),
    web.post("/form", async (request) => {
      const form = await request.post();
      return web.jsonResponse({ name: form.get("name"), size: form.get("file")?.size ?? null });
    }),
    web.post("/parts", async (request) => {
      let size = 0;
      for await (const part of await request.multipart()) {
        for await (const piece of part) size += piece.length;
      }
      return web.textResponse(`${size}`);
    }),
    web.get("/visits", async (request) => {
      const session = await web.getSession(request);
      const visits = (session.get("visits") ?? 0) + 1;
      session.set("visits", visits);
      return web.textResponse(`${visits}`);
    }),
    web.get("/old", () => {
      throw new web.HTTPFound("/");
    }),
    web.get("/stream", async (request) => {
      const stream = new web.StreamResponse();
      await stream.prepare(request);
      for (const each of ["a", "b", "c"]) await stream.write(each);
      return stream;
    }),
    web.get("/events", async (request) => {
      const events = await web.sseResponse(request);
      await events.send("one");
      await events.send("two");
      return events;
    }),
    web.get("/ws", async (request) => {
      const socket = new web.WebSocketResponse();
      await socket.prepare(request);
      for await (const message of socket) {
        if (message.type === WSMsgType.TEXT) await socket.sendStr(message.data.toUpperCase());
      }
      return socket;
    }),
    web.get("/slow", (request) =>
      new Promise((resolve) => {
        setTimeout(() => resolve(web.textResponse("late")), 500);
        request.signal.addEventListener("abort", () => resolve(web.textResponse("gone")));
      })),
  ]);
  if (folder !== null) {
    app.addRoutes([
      web.static("/files", folder, { showIndex: true }),
      web.post("/save", async (request) => {
        const part = await (await request.multipart()).next();
        const { size } = await web.saveFile(part, `${folder}/saved.bin`);
        return web.textResponse(`${size}`);
      }),
      ...web.tusUploads("/uploads", { folder, sha256: true }),
    ]);
  }
  return app;
}

const form = () =>
  new FormBody().addField("name", "Ada")
    .addField("file", new Blob(["x".repeat(100_000)]), { filename: "a.bin" });

/** Uses of a session, in process and over the network. */
const EXCHANGES = [
  ["requests, JSON", async (session) => {
    const text = await (await session.get("/")).text();
    const reply = await (await session.post("/json", { json: { a: [1] } })).json();
    return `${text} ${JSON.stringify(reply)}`;
  }, 'hello {"a":[1]}'],
  [
    "paths with variables",
    async (session) => await (await session.get("/users/7")).text(),
    '{"id":"7"}',
  ],
  [
    "forms and files",
    async (session) => await (await session.post("/form", { data: form() })).text(),
    '{"name":"Ada","size":100000}',
  ],
  [
    "streaming multipart",
    async (session) => await (await session.post("/parts", { data: form() })).text(),
    "100003",
  ],
  ["cookies and encrypted sessions", async (session) => {
    await (await session.get("/visits")).text();
    const texts = [await (await session.get("/visits")).text()];
    for (const value of [OTHERS, "gAAAA"]) { // of another process with the key, and of none
      session.cookieJar.clear();
      const headers = { cookie: `AIOHTTP_SESSION=${value}` };
      texts.push(await (await session.get("/visits", { headers })).text());
    }
    return texts.join();
  }, "2,żółw 𝄞𝄞𝄞𝄞𝄞𝄞 1,1"],
  ["redirects", async (session) => {
    const response = await session.get("/old");
    return `${response.history.length} ${await response.text()}`;
  }, "1 hello"],
  ["streamed responses", async (session) => await (await session.get("/stream")).text(), "abc"],
  ["server-sent events", async (session) => {
    const events = [];
    for await (const { data } of (await session.get("/events")).events()) events.push(data);
    return events.join();
  }, "one,two"],
  [
    "Hono's middlewares",
    async (session) => (await session.get("/")).headers.get("access-control-allow-origin"),
    "*",
  ],
  [
    "timeouts",
    async (session) =>
      await session.get("/slow", { timeout: { total: 50 } }).then(
        () => "none",
        (error) => error.name,
      ),
    "ServerTimeoutError",
  ],
];

/** Runs every feature; the result of each is `works`, a `NotSupportedError`, or what went wrong. */
export async function features({ files, listens }) {
  const results = {};
  const check = async (name, use, expected) => {
    try {
      const found = await use();
      results[name] = found === expected ? "works" : `differs: ${found}`;
    } catch (error) {
      results[name] = error instanceof NotSupportedError
        ? `NotSupportedError: ${error.message}`
        : `fails: ${error?.stack ?? error}`;
    }
  };
  const folder = files === null ? null : await files.folder();
  const app = application(folder);
  const local = new ClientSession({ app });
  for (const [name, use, expected] of EXCHANGES) {
    await check(`in process: ${name}`, () => use(local), expected);
  }
  await check("in process: HTTP cache", async () => {
    let count = 0;
    const fetch = () => new Response(`${++count}`, { headers: { "cache-control": "max-age=60" } });
    const session = new ClientSession({ app: { fetch }, middlewares: [cacheMiddleware()] });
    await (await session.get("http://a.example/")).text();
    return await (await session.get("http://a.example/")).text();
  }, "1");
  await local.close();

  const runner = new web.AppRunner(app);
  let url = null;
  await check("server: listening", async () => {
    url = await runner.listen({ hostname: "localhost", port: 0 });
    return "listens";
  }, "listens");
  if (!listens) url = null;
  const session = url === null ? null : new ClientSession({ baseUrl: url });
  const served = async (name, use, expected) => {
    if (session !== null) await check(name, () => use(session), expected);
    else results[name] = results["server: listening"];
  };
  for (const [name, use, expected] of EXCHANGES) await served(`network: ${name}`, use, expected);
  await served("network: WebSockets of both sides", async () => {
    const socket = await session.wsConnect("/ws");
    await socket.sendStr("hi");
    const text = await socket.receiveStr();
    await socket.close();
    return `${text} ${socket.closeCode}`;
  }, "HI 1000");
  await served("server: static files, ranges", async () => {
    await files.write("a.txt", "0123456789");
    const part = await session.get("/files/a.txt", { headers: { range: "bytes=2-4" } });
    const listing = await (await session.get("/files/")).text();
    return `${part.status} ${await part.text()} ${listing.includes("a.txt")}`;
  }, "206 234 true");
  await served("server: uploads to files", async () =>
    await (await session.post("/save", {
      data: new FormBody().addField("file", new Blob(["y".repeat(300_000)]), { filename: "b" }),
    })).text(), "300000");
  await served("server: resumable uploads", async () => {
    const file = new Blob(["z".repeat(300_000)]);
    const options = { resumable: true, chunkSize: 100_000, retries: 0 };
    return `${(await session.upload("/uploads", file, options)).size}`;
  }, "300000");
  await served("client: downloads to files", async () => {
    const target = `${folder}/down.txt`;
    await (await session.get("/files/a.txt")).saveTo(target);
    return await files.read(target);
  }, "0123456789");
  await session?.close();
  await check("server: a program, an unhandled rejection", async () => {
    const stop = new AbortController();
    const logged = deferred();
    const app = new web.Application({ logger: { error: logged.resolve } });
    const started = deferred();
    const options = { host: "localhost", port: 0, print: started.resolve, signal: stop.signal };
    const running = web.runApp(app, options);
    await Promise.race([started.promise, running]);
    Promise.reject(new Error("left alone"));
    const text = await logged.promise;
    stop.abort();
    await running;
    return text;
  }, "Unhandled rejection of a promise without await");
  for (const name of ["denoEngine", "socketEngine"]) {
    await check(`server: listening by \`web.${name}\``, async () => {
      const engine = name === "denoEngine" ? web.denoEngine : web.socketEngine();
      const own = new web.AppRunner(app, { engine });
      await own.listen({ hostname: "localhost", port: 0 }).finally(() => own.cleanup());
      return "listens";
    }, "listens");
  }
  await check("server: graceful stop", async () => {
    await runner.cleanup();
    return "stopped";
  }, "stopped");
  return results;
}

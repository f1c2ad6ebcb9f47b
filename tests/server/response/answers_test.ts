import { assert, assertEquals, assertRejects } from "@std/assert";
import { NotSupportedError, web } from "@roundtrip/http";

Deno.test("an application that failed to start gets no stop signals", async () => {
  const seen: string[] = [];
  const app = new web.Application({ logger: { error() {} } });
  app.cleanupCtx.push(async function* () {
    seen.push("up");
    yield;
    seen.push("down");
  });
  app.onStartup.push(() => {
    throw new Error("no database");
  });
  app.onShutdown.push(() => void seen.push("onShutdown"));
  app.onCleanup.push(() => void seen.push("onCleanup"));
  const options = { host: "127.0.0.1", port: 0, print: null, handleSignals: false };
  await assertRejects(() => web.runApp(app, options), Error, "no database");
  assertEquals(seen, ["up", "down"]);
});

Deno.test("start-up on an address in use is cleaned up", async () => {
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const seen: string[] = [];
  const app = new web.Application();
  app.onCleanup.push(() => void seen.push("onCleanup"));
  const options = { host: "127.0.0.1", port: taken.addr.port, print: null, handleSignals: false };
  await assertRejects(() => web.runApp(app, options), web.AddressInUseError);
  taken.close();
  assertEquals(seen, ["onCleanup"]);
});

const windows = Deno.build.os === "windows";

Deno.test({
  name: "a unix socket refuses options that it would not keep",
  ignore: windows,
  async fn() {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/app.sock`;
    const cases: Partial<web.RunAppOptions>[] = [
      { cert: "cert", key: "key" },
      { backlog: 10 },
      { reusePort: true },
    ];
    for (const options of cases) {
      const app = new web.Application();
      const all = { path, print: null, handleSignals: false, signal: AbortSignal.timeout(1000) };
      await assertRejects(
        () => web.runApp(app, { ...all, ...options }),
        NotSupportedError,
        "unix socket",
      );
    }
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test({
  name: "a unix socket in use is not removed, in any spelling",
  ignore: windows,
  async fn() {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/app.sock`;
    const app = new web.Application();
    app.addRoutes([web.get("/", () => web.textResponse("first"))]);
    await using first = new web.AppRunner(app);
    await first.listen({ path });
    await Deno.symlink(folder, `${folder}/link`);
    for (const spelled of [path, `${folder}/./app.sock`, `${folder}/link/app.sock`]) {
      await using second = new web.AppRunner(new web.Application());
      await assertRejects(() => second.listen({ path: spelled }), web.AddressInUseError);
    }
    const client = Deno.createHttpClient({ proxy: { transport: "unix", path } });
    assertEquals(await (await fetch("http://localhost/", { client })).text(), "first");
    client.close();
    await first.cleanup();
    // A stale one is replaced.
    const listener = Deno.listen({ transport: "unix", path: `${folder}/old.sock` });
    await Deno.rename(`${folder}/old.sock`, `${folder}/stale.sock`);
    listener.close();
    await using third = new web.AppRunner(new web.Application());
    await third.listen({ path: `${folder}/stale.sock` });
    await third.cleanup();
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test("a file that has a compressed sibling varies, with and without one's own Vary", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/a.js`, "plain");
  await Deno.writeTextFile(`${folder}/a.js.gz`, "GZIP");
  await Deno.writeTextFile(`${folder}/b.js`, "plain");
  const app = new web.Application();
  app.addRoutes([
    web.static("/s", folder, { headers: { vary: "Origin" } }),
    web.get("/f", () => new web.FileResponse(`${folder}/a.js`)),
    web.get("/v", () => new web.FileResponse(`${folder}/a.js`, { headers: { vary: "Origin" } })),
    web.get("/alone", () => new web.FileResponse(`${folder}/b.js`)),
  ]);
  const cases: [path: string, accept: string, coding: string | null, vary: string | null][] = [
    ["/s/a.js", "gzip", "gzip", "Origin, Accept-Encoding"],
    ["/s/a.js", "", null, "Origin, Accept-Encoding"],
    ["/s/b.js", "gzip", null, "Origin"],
    ["/f", "gzip", "gzip", "Accept-Encoding"],
    ["/f", "", null, "Accept-Encoding"],
    ["/v", "", null, "Origin, Accept-Encoding"],
    ["/alone", "gzip", null, null],
  ];
  for (const [path, accept, coding, vary] of cases) {
    const headers: HeadersInit = accept === "" ? {} : { "accept-encoding": accept };
    const response = await app.request(path, { headers });
    const names = [path, accept].join(" ");
    assertEquals(response.headers.get("content-encoding"), coding, names);
    assertEquals(response.headers.get("vary"), vary, names);
    await response.body?.cancel();
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("HEAD and 304 have the Vary, the tag and the coding of the GET they stand for", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/a.txt`, "hello ".repeat(1000));
  await Deno.writeTextFile(`${folder}/b.txt`, "short");
  const app = new web.Application({ middlewares: [web.compressMiddleware()] });
  app.addRoutes([
    web.static("/s", folder),
    web.get("/text", () => web.textResponse("hello ".repeat(1000))),
    web.head("/empty", () => new Response(null)),
  ]);
  const NAMES = ["content-encoding", "content-length", "etag", "vary"];
  const of = (response: Response) => NAMES.map((name) => response.headers.get(name));
  const headers = { "accept-encoding": "gzip" };
  for (const path of ["/s/a.txt", "/s/b.txt", "/text"]) {
    const get = await app.request(path, { headers });
    await get.body?.cancel();
    const head = await app.request(path, { headers, method: "HEAD" });
    const length = path === "/s/a.txt" ? null : head.headers.get("content-length");
    assertEquals(of(head).with(1, length), of(get).with(1, length), path);
  }
  assertEquals((await app.request("/empty", { headers, method: "HEAD" })).status, 200);
  for (const [path, isWeak] of [["/s/a.txt", true], ["/s/b.txt", false]] as const) {
    const get = await app.request(path, { headers });
    await get.body?.cancel();
    const tag = get.headers.get("etag") ?? "";
    assertEquals(tag.startsWith('W/"'), isWeak, path);
    const again = await app.request(path, { headers: { ...headers, "if-none-match": tag } });
    assertEquals(again.status, 304);
    assertEquals(of(again), [null, null, tag, "Accept-Encoding"], path);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a range may end beyond the file, with any number of digits", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/a.txt`, "hello world");
  const app = new web.Application();
  app.addRoutes([web.static("/s", folder)]);
  const cases: [range: string, status: number, text: string][] = [
    ["bytes=6-99999999999999999999", 206, "world"],
    ["bytes=-99999999999999999999", 206, "hello world"],
    ["bytes=99999999999999999999-", 416, ""],
    ["bytes=-", 416, ""],
  ];
  for (const [range, status, text] of cases) {
    const response = await app.request("/s/a.txt", { headers: { range } });
    assertEquals([response.status, await response.text()], [status, text], range);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a response whose body is locked is a 500, for HEAD too", async () => {
  for (const method of ["GET", "HEAD"]) {
    const errors: unknown[] = [];
    const app = new web.Application({ logger: { error: (_, error) => errors.push(error) } });
    app.addRoutes([web.get("/", () => {
      const response = new Response(new Blob(["x"]).stream());
      response.body?.getReader();
      return response;
    })]);
    assertEquals((await app.request("/", { method })).status, 500, method);
    assertEquals(errors.length, 1, method);
  }
});

Deno.test("sseResponse() refuses an interval too long for timers", async () => {
  const errors: unknown[] = [];
  const app = new web.Application({ logger: { error: (_, error) => errors.push(error) } });
  app.addRoutes([web.get("/", (request) => web.sseResponse(request, { pingInterval: 3e9 }))]);
  assertEquals((await app.request("/")).status, 500);
  assert(errors[0] instanceof RangeError);
});

Deno.test("saveFile() grows a file under a name that is not served", async () => {
  const folder = await Deno.makeTempDir();
  const app = new web.Application();
  app.addRoutes([web.static("/s", folder, { showIndex: true })]);
  const names: string[] = [];
  const pages: string[] = [];
  async function* pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    yield Uint8Array.of(1);
    for await (const { name } of Deno.readDir(folder)) names.push(name);
    pages.push(await (await app.request("/s/")).text());
    for (const name of names) {
      const response = await app.request(`/s/${name}`);
      assertEquals(response.status, 404);
      await response.body?.cancel();
    }
    yield Uint8Array.of(2);
  }
  const name = "x".repeat(250); // a longer name beside it would not be possible
  const saved = await web.saveFile(pieces(), `${folder}/${name}`);
  assertEquals([saved.path, saved.size], [`${folder}/${name}`, 2]);
  assertEquals(names.length, 1);
  assert(!pages[0]?.includes(".part"));
  assertEquals([...Deno.readDirSync(folder)].map((each) => each.name), [name]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("saveFile() obeys onDuplicate without hard links", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/a.txt`;
  const { link } = Deno;
  async function* pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    await Deno.writeTextFile(path, "another upload"); // it comes while this one is under way
    yield Uint8Array.of(1);
  }
  Object.assign(Deno, { link: () => Promise.reject(new Deno.errors.NotSupported("no links")) });
  try {
    await assertRejects(() => web.saveFile(pieces(), path), web.HTTPConflict);
    assertEquals([...Deno.readDirSync(folder)].map((each) => each.name), ["a.txt"]);
    assertEquals(await Deno.readTextFile(path), "another upload");
    const saved = await web.saveFile(pieces(), path, { onDuplicate: "rename" });
    assertEquals(saved.path, `${folder}/a-1.txt`);
  } finally {
    Object.assign(Deno, { link });
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("an aborted download is not logged as complete", async () => {
  const folder = await Deno.makeTempDir();
  const file = await Deno.create(`${folder}/big`);
  await file.truncate(100_000_000);
  file.close();
  const app = new web.Application();
  app.addRoutes([web.static("/s", folder)]);
  const logged = Promise.withResolvers<string>();
  await using runner = new web.AppRunner(app, {
    shutdownTimeout: 1000,
    accessLog: { format: "%s %b", write: logged.resolve },
  });
  const url = await runner.listen({ hostname: "127.0.0.1", port: 0 });
  const controller = new AbortController();
  const response = await fetch(`${url}/s/big`, { signal: controller.signal });
  const reader = response.body?.getReader();
  await reader?.read();
  controller.abort();
  const [status, bytes] = (await logged.promise).split(" ");
  assertEquals(status, "200");
  assert(Number(bytes) > 0 && Number(bytes) < 100_000_000, bytes);
  await reader?.cancel().catch(() => {});
  await Deno.remove(folder, { recursive: true });
});

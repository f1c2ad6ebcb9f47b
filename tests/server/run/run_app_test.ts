import { assert, assertEquals, assertLess, assertMatch, assertRejects } from "@std/assert";
import { web } from "@roundtrip/http";
import { quietApp } from "../_raw.ts";
import { start } from "../_spawn.ts";
import { nodeEngine } from "../../../server/node.ts";
import { CA, CERT, KEY } from "../_tls.ts";

const signals = { ignore: Deno.build.os === "windows" }; // no SIGTERM to send there

Deno.test({
  name: "SIGTERM under load: no request under way is lost, exit 0",
  ...signals,
  async fn() {
    await using program = await start();
    const answers: Promise<string>[] = [];
    const refused: unknown[] = [];
    let stopped = false;
    for (let sent = 0; sent < 400 && !stopped; sent++) {
      answers.push(
        fetch(`${program.url}/slow`, { headers: { connection: "close" } })
          .then((response) => response.text())
          .catch((error) => {
            // Requests after the signal may be refused; earlier ones may not.
            if (!stopped) throw error;
            refused.push(error);
            return "refused";
          }),
      );
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (sent === 300) {
        // All that was sent so far has reached the server: it answers one more.
        await (await fetch(`${program.url}/`)).text();
        stopped = true;
        program.process.kill("SIGTERM");
      }
    }
    const texts = await Promise.all(answers);
    assertEquals(texts.filter((text) => text === "slow").length, texts.length);
    assertEquals(refused.length, 0);
    const { code, output } = await program.end();
    assertEquals(code, 0, output);
    assertMatch(output, /cleaned up\nended\n$/);
  },
});

/** A client that asks `/slow` again and again on one connection, until it is told not to. */
async function askOn(
  port: number,
  onAsk: () => void,
): Promise<{ answered: number; closed: boolean; lostAt: number | null }> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const question = new TextEncoder().encode("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  const buffer = new Uint8Array(4096);
  for (let answered = 0;; answered++) {
    const asked = performance.now();
    let text = "";
    try {
      await connection.write(question);
      onAsk();
      while (!text.endsWith("\r\n\r\nslow")) {
        const size = await connection.read(buffer);
        if (size === null) return { answered, closed: false, lostAt: asked };
        text += new TextDecoder().decode(buffer.subarray(0, size));
      }
    } catch {
      return { answered, closed: false, lostAt: asked };
    }
    if (/^connection: close\r$/im.test(text)) {
      return { answered: answered + 1, closed: true, lostAt: null };
    }
  }
}

Deno.test({
  name: "SIGTERM under 200 requests a second on kept connections: none under way is lost, exit 0",
  ...signals,
  async fn() {
    await using program = await start();
    const asked: number[] = Array(200).fill(0);
    const clients = [];
    for (let i = 0; i < asked.length; i++) {
      clients.push(askOn(program.port, () => asked[i] = (asked[i] ?? 0) + 1));
      await new Promise((resolve) => setTimeout(resolve, 5)); // a handler takes a second
    }
    // Every connection is reused for a second request.
    while (asked.some((times) => times < 2)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const killed = performance.now();
    program.process.kill("SIGTERM");
    const ends = await Promise.all(clients);
    const { code, output } = await program.end();
    assertEquals(code, 0, output);
    assertMatch(output, /cleaned up\nended\n$/);
    // A question that was on its way while the server closed an idle connection never came in: no
    // server can tell. What was asked 100 ms before the signal was under way.
    const lost = ends.filter(({ lostAt }) => lostAt !== null && lostAt < killed - 100);
    assertEquals(lost, []);
    assert(ends.filter(({ closed }) => closed).length > 190, "they were not told to reconnect");
    assert(ends.every(({ answered }) => answered >= 2), "connections were not kept");
  },
});

Deno.test({
  name:
    "a stuck handler on a kept connection, beside idle ones: forced exit at the timeout, code 1",
  ...signals,
  async fn() {
    await using program = await start({ shutdownTimeout: 300 });
    const open: Deno.Conn[] = [];
    const ask = async (connection: Deno.Conn, path: string) =>
      await connection.write(new TextEncoder().encode(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`));
    for (let i = 0; i < 10; i++) {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port: program.port });
      open.push(connection);
      await ask(connection, "/");
      await connection.read(new Uint8Array(4096));
    }
    for (const connection of open.slice(0, 5)) await ask(connection, "/stuck");
    await (await fetch(program.url)).text(); // answered after the stuck ones were read
    const from = performance.now();
    program.process.kill("SIGTERM");
    const { code, output } = await program.end();
    assertEquals(code, 1);
    assertMatch(output, /cleaned up\nCannot stop in time: .*\(300 ms\)/);
    assertLess(performance.now() - from, 10_000);
    for (const connection of open) connection.close();
  },
});

Deno.test({
  name: "a stuck handler: forced exit at shutdownTimeout with code 1, after onCleanup",
  ...signals,
  async fn() {
    await using program = await start({ shutdownTimeout: 300 });
    const stuck = fetch(`${program.url}/stuck`);
    await (await fetch(program.url)).text(); // answered after the stuck one was read
    const from = performance.now();
    program.process.kill("SIGTERM");
    const { code, output } = await program.end();
    const response = await stuck;
    assertEquals([response.status, await response.text()], [503, "503: Service Unavailable"]);
    assertEquals(code, 1);
    assertMatch(output, /cleaned up\nCannot stop in time: .*\(300 ms\)/);
    assertLess(performance.now() - from, 10_000);
  },
});

Deno.test({
  name: "a second signal ends the process at once with the code of the signal",
  ...signals,
  async fn() {
    for (const [signal, expected] of [["SIGTERM", 143], ["SIGINT", 130]] as const) {
      await using program = await start();
      const stuck = assertRejects(() => fetch(`${program.url}/stuck`));
      await (await fetch(program.url)).text();
      program.process.kill(signal);
      await until(() => refusesConnections(program.port)); // the first one has been seen
      program.process.kill(signal);
      const { code, output } = await program.end();
      await stuck;
      assertEquals(code, expected, output);
    }
  },
});

Deno.test({
  name: "shutdownDelay: readiness is 503 while requests are still answered",
  ...signals,
  async fn() {
    await using program = await start({ shutdownDelay: 2000 });
    assertEquals(await (await fetch(`${program.url}/ready`)).text(), "ready");
    program.process.kill("SIGTERM");
    await until(async () => {
      const response = await fetch(`${program.url}/ready`);
      await response.text();
      return response.status === 503;
    });
    const response = await fetch(program.url);
    assertEquals(await response.text(), "hello");
    assertEquals(response.headers.get("connection"), "close");
    assertEquals((await program.end()).code, 0);
  },
});

Deno.test({
  name: "too many open files end the accept loop of Deno.serve; the engine listens again",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using program = await start({}, { openFiles: 80 });
    const held: Deno.Conn[] = [];
    for (let i = 0; i < 150; i++) {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port: program.port })
        .catch(() => null);
      if (connection !== null) held.push(connection);
    }
    for (const connection of held) connection.close();
    await until(async () => {
      const response = await fetch(program.url, { signal: AbortSignal.timeout(1000) });
      return await response.text() === "hello";
    });
    program.process.kill("SIGTERM");
    assertEquals((await program.end()).code, 0);
  },
});

Deno.test("runApp() stopped by its signal throws if handlers were abandoned", async () => {
  const app = quietApp();
  const entered = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<Response>();
  app.addRoutes([web.get("/", (request) => {
    entered.resolve();
    request.signal.onabort = () => aborted.resolve(web.textResponse("too late"));
    return aborted.promise;
  })]);
  const controller = new AbortController();
  const listening = Promise.withResolvers<string>();
  const running = web.runApp(app, {
    host: "127.0.0.1",
    port: 0,
    shutdownTimeout: 50,
    handleSignals: false,
    signal: controller.signal,
    print: (text) => listening.resolve(/http:\S+/.exec(text)?.[0] ?? ""),
  });
  const request = listening.promise.then((url) => fetch(url));
  await entered.promise;
  controller.abort();
  const error = await assertRejects(() => running, DOMException, "(50 ms)");
  assertEquals(error.name, "TimeoutError");
  await aborted.promise; // the handler's signal aborts
  const response = await request;
  assertEquals([response.status, await response.text()], [503, "503: Service Unavailable"]);
});

Deno.test("runApp() serves several hosts and sockets, and says so in one line", async () => {
  const app = quietApp();
  app.addRoutes([web.get("/", () => web.textResponse("hello"))]);
  const path = `${await Deno.makeTempDir()}/app.sock`;
  const controller = new AbortController();
  const printed = Promise.withResolvers<string>();
  const running = web.runApp(app, {
    host: ["127.0.0.1", "127.0.0.2"],
    port: 0,
    path,
    handleSignals: false,
    signal: controller.signal,
    print: printed.resolve,
  });
  const text = await printed.promise;
  const [first = "", second = "", third = ""] = text.split("\n")[0]?.match(/http:[^\s,]+/g) ?? [];
  assertMatch(first, /^http:\/\/127\.0\.0\.1:\d+$/);
  assertMatch(second, /^http:\/\/127\.0\.0\.2:\d+$/);
  assertEquals(third, `http://unix:${path}:`);
  for (const url of [first, second]) assertEquals(await (await fetch(url)).text(), "hello");
  using client = Deno.createHttpClient({ proxy: { transport: "unix", path } });
  assertEquals(await (await fetch("http://app/", { client })).text(), "hello");
  controller.abort();
  await running;
  await assertRejects(() => Deno.lstat(path), Deno.errors.NotFound);
});

Deno.test("a unix socket that a killed program left behind is taken over, a file never", async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/app.sock`;
  const stale = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `Deno.listen({ transport: "unix", path: ${JSON.stringify(path)} }); Deno.exit()`,
    ],
  }).output();
  assert(stale.success && (await Deno.lstat(path)).isSocket);
  const app = quietApp();
  app.addRoutes([web.get("/", () => web.textResponse(""))]);
  {
    await using runner = new web.AppRunner(app);
    await runner.listen({ path });
    await assertRejects(() => runner.listen({ path }), web.AddressInUseError, path);
  }
  const file = `${directory}/file`;
  await Deno.writeTextFile(file, "precious");
  await using runner = new web.AppRunner(quietApp());
  await assertRejects(() => runner.listen({ path: file }), Error);
  assertEquals(await Deno.readTextFile(file), "precious");
});

Deno.test("the error for an address in use names it and the remedy", async () => {
  const app = quietApp();
  await using runner = new web.AppRunner(app);
  const url = await runner.listen({ hostname: "127.0.0.1", port: 0 });
  const port = Number(new URL(url).port);
  const error = await assertRejects(
    () => runner.listen({ hostname: "127.0.0.1", port }),
    web.AddressInUseError,
    `Cannot listen on 127.0.0.1:${port}`,
  );
  assertEquals([error.port, error.path], [port, null]);
});

Deno.test("the error for the default port in use names it, on each engine", async () => {
  let taken: Deno.Listener | null = null;
  try {
    taken = Deno.listen({ hostname: "127.0.0.1", port: 8080 });
  } catch {
    // Another program has it.
  }
  for (const engine of [web.denoEngine, web.socketEngine(), nodeEngine()]) {
    const runner = new web.AppRunner(quietApp(), { engine });
    const listening = runner.listen({ hostname: "127.0.0.1" });
    await assertRejects(() => listening, web.AddressInUseError, "on 127.0.0.1:8080");
  }
  taken?.close();
});

Deno.test({
  name: "two processes share a port with reusePort; without the flag it says which one is missing",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const flags = ["--unstable-net"];
    await using first = await start({ reusePort: true }, { flags });
    await using second = await start({ reusePort: true, port: first.port }, { flags });
    assertEquals(second.url, first.url);
    const pids = new Set<string>();
    await until(async () => {
      const response = await fetch(`${first.url}/pid`, { headers: { connection: "close" } });
      pids.add(await response.text());
      return pids.size === 2;
    });
    await using runner = new web.AppRunner(quietApp());
    const error = await assertRejects(() => runner.listen({ port: 0, reusePort: true }));
    assertMatch(String(error), /NotSupportedError: .*reusePort.*--unstable-net/);
  },
});

for (const [name, engine] of [["deno", web.denoEngine], ["node", nodeEngine()]] as const) {
  Deno.test(`TLS: https with cert and key, one of the two alone is refused: ${name}`, async () => {
    const app = quietApp();
    app.addRoutes([web.get("/", (request) => web.jsonResponse([request.scheme, request.secure]))]);
    await using runner = new web.AppRunner(app, { engine });
    for (const half of [{ cert: CERT }, { key: KEY }]) {
      await assertRejects(
        () => runner.listen({ port: 0, ...half }),
        TypeError,
        "both cert and key",
      );
    }
    const url = await runner.listen({ hostname: "127.0.0.1", port: 0, cert: CERT, key: KEY });
    assertMatch(url, /^https:\/\/127\.0\.0\.1:\d+$/);
    using client = Deno.createHttpClient({ caCerts: [CA] });
    const response = await fetch(url, { client });
    assertEquals(await response.json(), ["https", true]);
  });
}

Deno.test("TLS: a handshake that ends after the server has stopped is not served", async () => {
  let requests = 0;
  const app = quietApp();
  app.addRoutes([web.get("/", () => web.textResponse(`${++requests}`))]);
  await using runner = new web.AppRunner(app, { engine: nodeEngine() });
  const url = await runner.listen({ hostname: "127.0.0.1", port: 0, cert: CERT, key: KEY });
  const tcp = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(url).port) });
  await new Promise((resolve) => setTimeout(resolve, 50)); // accepted
  await runner.cleanup();
  using tls = await Deno.startTls(tcp, { hostname: "localhost", caCerts: [CA] });
  await tls.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  await tls.read(new Uint8Array(100)).catch(() => null);
  assertEquals(requests, 0);
});

Deno.test("invalid times are refused", () => {
  for (const shutdownTimeout of [-1, NaN, 2 ** 31]) {
    let message = "";
    try {
      new web.AppRunner(quietApp(), { shutdownTimeout });
    } catch (error) {
      message = String(error);
    }
    assertMatch(message, /RangeError: Cannot run with shutdownTimeout/);
  }
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 15_000;
  for (;;) {
    if (await Promise.resolve().then(condition).catch(() => false)) return;
    if (performance.now() > deadline) throw new Error("waited for 15 s");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function refusesConnections(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return false;
  } catch {
    return true;
  }
}

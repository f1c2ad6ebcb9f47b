// Several processes of `roundtrip serve`: dead ones, new code, logs, memory.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { load } from "../_load.ts";
import { memoryOf } from "../_memory.ts";
import { until } from "../_until.ts";
import { WHOLE } from "../_whole.ts";
import { cli, serving, tempDir } from "./_cli.ts";

const ignore = Deno.build.os !== "linux";

const appOf = (version: string): string =>
  `import { web } from "@roundtrip/http";
const app = new web.Application();
app.addRoutes([
  web.get("/", () => web.textResponse("${version}")),
  web.get("/pid", () => web.textResponse(String(Deno.pid))),
  web.get("/log", () => (console.log("a line"), console.error("an error"), web.textResponse(""))),
]);
export default app;
`;

async function withApp(body: (app: string) => Promise<void>): Promise<void> {
  await using folder = await tempDir();
  await Deno.writeTextFile(`${folder.path}/app.js`, appOf("one"));
  await body(`${folder.path}/app.js`);
}

/** The processes that answer, by many connections. */
async function pidsOf(port: number, count: number): Promise<Set<number>> {
  const pids = new Set<number>();
  const end = performance.now() + 10_000;
  while (pids.size < count && performance.now() < end) {
    const { bodies } = await load({ port, count: 20, rate: 1e6, line: "GET /pid HTTP/1.1" });
    for (const pid of bodies.keys()) pids.add(Number(pid));
  }
  return pids;
}

Deno.test("serve --workers: one readiness for all, logs with numbers", { ignore }, async () => {
  await withApp(async (app) => {
    const args = ["serve", "--workers", "3", "--access-log-format", "json", app];
    await using server = await serving(args);
    const before = server.running.output();
    assertEquals(before.match(/Running on/g)?.length, 1);
    assertEquals((await pidsOf(server.port, 3)).size, 3); // the first connections reach all
    await load({ port: server.port, count: 1, rate: 1, line: "GET /log HTTP/1.1" });
    await server.running.waitFor(/^\[[123]\] a line$/m);
    await server.running.waitFor(/^\[[123]\] an error$/m);
    const [line] = await server.running.waitFor(/^\{.*"target":"\/log".*\}$/m);
    assertMatch(`${JSON.parse(line).worker}`, /^[123]$/);
  });
});

Deno.test(
  "serve --workers: a dead worker is started again, the others go on",
  { ignore },
  async () => {
    await withApp(async (app) => {
      await using server = await serving(["serve", "--workers", "2", app]);
      const [first = 0, second = 0] = await pidsOf(server.port, 2);
      Deno.kill(first, "SIGKILL");
      await server.running.waitFor(
        /Worker [12] has ended \(SIGKILL\), another one starts in 100 ms/,
      );
      const { lost } = await load({ port: server.port, count: 50, rate: 200 });
      assertEquals(lost, []);
      const pids = await pidsOf(server.port, 2);
      assert(pids.has(second) && !pids.has(first) && pids.size === 2, [...pids].join());
      const [next = 0] = [...pids].filter((pid) => pid !== second);
      Deno.kill(next, "SIGKILL");
      await server.running.waitFor(/another one starts in 200 ms/); // it waits longer each time
      server.running.child.kill("SIGTERM");
      assertEquals(await server.running.exitCode(), 0);
      assert(server.running.output().endsWith("Stopped\n"));
    });
    await withApp(async (app) => {
      await using server = await serving(["serve", "--workers", "2", "--restart", "no", app]);
      const [first = 0] = await pidsOf(server.port, 2);
      Deno.kill(first, "SIGKILL");
      assertEquals(await server.running.exitCode(), 137);
    });
  },
);

Deno.test("serve --restart on-failure without --workers", { ignore }, async () => {
  await withApp(async (app) => {
    await using server = await serving(["serve", "--restart", "on-failure", app]);
    const [first = 0] = await pidsOf(server.port, 1);
    Deno.kill(first, "SIGKILL");
    await server.running.waitFor(/Worker 1 has ended/);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    assert((await pidsOf(server.port, 1)).size === 1);
  });
});

Deno.test("serve --workers: workers end when the supervisor is killed", { ignore }, async () => {
  await withApp(async (app) => {
    await using server = await serving(["serve", "--workers", "2", app]);
    const pids = await pidsOf(server.port, 2);
    server.running.child.kill("SIGKILL");
    const isAlive = (pid: number): boolean => {
      try {
        return !/^State:\s*Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
      } catch {
        return false;
      }
    };
    await until(() => ![...pids].some(isAlive));
  });
});

for (const engine of ["deno", "sockets"]) {
  Deno.test(`serve --workers: SIGHUP brings new code and loses no request (${engine})`, {
    ignore,
  }, async () => {
    await withApp(async (app) => {
      await using server = await serving(["serve", "--workers", "2", "--engine", engine, app]);
      const count = WHOLE ? 20_000 : 3000;
      const loading = load({ port: server.port, count, rate: 500 });
      await Deno.writeTextFile(app, appOf("two"));
      server.running.child.kill("SIGHUP");
      await server.running.waitFor(/Restarting: SIGHUP[^]*Running on/);
      if (WHOLE) {
        await Deno.writeTextFile(app, appOf("three"));
        server.running.child.kill("SIGHUP");
        await server.running.waitFor(/Restarting: SIGHUP[^]*Restarting: SIGHUP[^]*Running on/);
      }
      const { lost, answered, bodies } = await loading;
      assertEquals([lost, answered], [[], count]);
      assert(bodies.has("one") && bodies.has("two"), JSON.stringify([...bodies]));
      const { bodies: after } = await load({ port: server.port, count: 40, rate: 1e6 });
      assertEquals([...after.keys()], [WHOLE ? "three" : "two"]);

      // Code with a mistake replaces none.
      await Deno.writeTextFile(app, "export default {");
      server.running.child.kill("SIGHUP");
      await server.running.waitFor(/unable to import .*SyntaxError/);
      const { lost: none } = await load({ port: server.port, count: 100, rate: 500 });
      assertEquals(none, []);
    });
  });
}

Deno.test("serve --workers warns once of memory that is not shared", { ignore }, async () => {
  await using folder = await tempDir();
  const app = `${folder.path}/app.js`;
  await Deno.writeTextFile(
    app,
    `import { cacheMiddleware, web } from "@roundtrip/http";
const app = new web.Application({ middlewares: [web.rateLimit({ limit: 1, window: 1000 })] });
web.setupSessions(app, new web.MemoryStorage());
new web.WebSocketGroup({ name: "chat" });
new web.EventGroup();
cacheMiddleware();
export default app;
`,
  );
  const warning = `Warning: several processes serve this port, and each has a memory of its own:
  web.rateLimit() "default": { store: new RedisCounter(client) }
  sessions of web.MemoryStorage: redisStore(), or web.EncryptedCookieStorage
  web.WebSocketGroup "chat": { broker: redisBroker(client) }
  web.EventGroup "default": { broker: redisBroker(client) }
  responses of cacheMiddleware(): { store: redisCache(client) }
`;
  await using several = await serving(["serve", "--workers", "2", app]);
  assertEquals(
    several.running.output().replaceAll(/^\[1\] /gm, "").split("========")[0],
    warning,
  );
  await using alone = await serving(["serve", app]);
  assert(!alone.running.output().includes("Warning"));
});

Deno.test("memory of serve --workers: the supervisor is small", { ignore }, async () => {
  await withApp(async (app) => {
    await using server = await serving(["serve", "--workers", "2", app]);
    const pids = await pidsOf(server.port, 2);
    const anonymous = (pid: number): number =>
      Number(/^RssAnon:\s*(\d+)/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1]) / 1024;
    const own = anonymous(server.running.child.pid);
    console.log(`supervisor ${own.toFixed(1)} MiB, workers`, [...pids].map(anonymous));
    assert(own < 24, `the supervisor has ${own} MiB of its own`);
    assert([...pids].every((pid) => memoryOf(pid, "VmRSS") < 150));
  });
});

Deno.test("serve refuses what --restart does not know", async () => {
  const { code, stderr } = await cli(["serve", "--restart", "always", "app.js"]);
  assertEquals(code, 2);
  assertMatch(stderr, /--restart.*on-failure/);
});

import { assert, assertEquals, assertThrows } from "@std/assert";
import { web } from "../../../mod.ts";

function logging(): { app: web.Application; lines: string[] } {
  const lines: string[] = [];
  const logger = { error: (message: string, error: unknown) => lines.push(`${message}: ${error}`) };
  return { app: new web.Application({ logger }), lines };
}

Deno.test("work of spawn() and after() that fails is logged, with its request", async () => {
  const { app, lines } = logging();
  const steps: string[] = [];
  const fail = () => {
    throw new Error("mail");
  };
  app.addRoutes([
    web.get("/sync", (request) => {
      request.after(fail);
      return web.textResponse("sync");
    }),
    web.get("/late", async (request) => {
      request.after(() => steps.push("after"));
      await Promise.resolve();
      steps.push("handler");
      return web.textResponse("late");
    }),
    web.get("/throws", (request) => {
      request.after(() => steps.push("after the error"));
      throw new web.HTTPNotFound();
    }),
  ]);
  app.spawn(Promise.reject(new Error("a promise")));
  app.spawn(fail);
  for (const path of ["/sync", "/late", "/throws"]) await app.request(path);
  await app.idle();
  assertEquals(steps, ["handler", "after", "after the error"]);
  assertEquals(lines.sort(), [
    'Error after GET "/sync": Error: mail',
    "Error in work of app.spawn(): Error: a promise",
    "Error in work of app.spawn(): Error: mail",
  ]);
  assertThrows(() => app.spawn(1 as never), TypeError, "takes a promise or a function, got");
});

Deno.test("the stop waits for work, then aborts its signal", async () => {
  for (const [shutdownTimeout, expected] of [[5000, "done"], [20, "aborted"]] as const) {
    const { app, lines } = logging();
    const runner = new web.AppRunner(app, { shutdownTimeout });
    await runner.listen({ hostname: "127.0.0.1", port: 0 });
    let seen = "";
    const { promise, resolve } = Promise.withResolvers<void>();
    app.spawn(async (signal) => {
      const timer = setTimeout(resolve, expected === "done" ? 50 : 60_000);
      signal.addEventListener("abort", () => resolve());
      await promise;
      clearTimeout(timer);
      seen = signal.aborted ? "aborted" : "done";
      signal.throwIfAborted();
    });
    await runner.cleanup();
    assertEquals([seen, lines], [expected, []]);
  }
});

const CONFIG = new URL("../../../deno.json", import.meta.url).pathname;
const PROGRAM = `
import { web } from ${JSON.stringify(new URL("../../../mod.ts", import.meta.url).href)};
const app = new web.Application();
app.addRoutes([web.get("/", () => {
  Promise.reject(new Error("forgotten"));
  setTimeout(() => { throw new Error("in a timer"); }, 1);
  return web.textResponse("ok");
})]);
app.onCleanup.push(() => console.log("cleaned up"));
const stop = new AbortController();
await web.runApp(app, { host: "127.0.0.1", port: 0, signal: stop.signal, onUnhandled: Deno.args[0],
  print: async (text) => {
    const [, url] = /(http:\\S+)/.exec(text);
    console.log(await (await fetch(url)).text());
    await new Promise((resolve) => setTimeout(resolve, 200));
    console.log("goes on");
    stop.abort();
  },
});
`;

Deno.test("an unhandled rejection does not end runApp() unless configured", async () => {
  const program = await Deno.makeTempFile({ suffix: ".js" });
  await Deno.writeTextFile(program, PROGRAM);
  try {
    for (const [mode, code, out] of [["log", 0, "ok\ngoes on\ncleaned up\n"], ["stop", 1, ""]]) {
      const args = ["run", "-A", "--no-check", "--config", CONFIG, program, `${mode}`];
      const run = await new Deno.Command(Deno.execPath(), { args }).output();
      const [stdout, stderr] = [run.stdout, run.stderr].map((each) =>
        new TextDecoder().decode(each)
      );
      assertEquals(run.code, code, stderr);
      if (mode === "log") assertEquals(stdout, `${out}`);
      else assert(stdout?.includes("cleaned up"), stdout);
      assert(/Unhandled rejection.*Error: forgotten\n\s+at /s.test(`${stderr}`), stderr);
      if (mode === "log") assert(stderr?.includes("in a timer"), stderr);
    }
  } finally {
    await Deno.remove(program);
  }
});

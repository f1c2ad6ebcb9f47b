import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import fc from "npm:fast-check@^4";
import { scaled } from "../_whole.ts";
import { parseEntry } from "../../cli/loading/entry.ts";
import { ownModule } from "../../cli/loading/own_modules.ts";
import { UsageError } from "../../cli/errors/errors.ts";
import { CA, CERT, KEY } from "../server/_tls.ts";
import {
  assertTable,
  cli,
  COMPILED,
  hasProgram,
  runtimeIs,
  serving,
  startCli,
  tempDir,
} from "./_cli.ts";

const USAGE = 2; // as in argparse
const APP = `import { web } from "@roundtrip/http";
const text = (body) => {
  const app = new web.Application();
  app.addRoutes([web.get("/", () => web.textResponse(body + "\\n")), web.get("/pid", () => web.textResponse(String(Deno.pid))), web.get("/broken", () => { throw new Error("secret"); })]);
  return app;
};
export const init = (args) => text("args: " + args.join("|"));
export const later = async (args) => { await 0; return text("later"); };
export const app = text("an application");
export const fetcher = { fetch: (request) => new Response("fetched " + new URL(request.url).pathname + "\\n") };
export default text("the default");
export const number = 5;
export const nothing = () => null;
export const fails = () => { throw new RangeError("out of coffee"); };
`;

async function withApp(body: (path: string, folder: string) => Promise<void>): Promise<void> {
  await using folder = await tempDir();
  await Deno.writeTextFile(`${folder.path}/app.js`, APP);
  await Deno.writeTextFile(`${folder.path}/broken.js`, "export default {");
  await Deno.writeTextFile(`${folder.path}/throws.js`, "const a = {};\na.b.c;");
  await Deno.writeTextFile(`${folder.path}/missing.js`, 'import "./not_there.js";');
  await Deno.writeTextFile(`${folder.path}/empty.js`, "");
  await body(`${folder.path}/app.js`, folder.path);
}

async function textOf(url: string): Promise<string> {
  return await (await fetch(url)).text();
}

Deno.test("serve refuses invalid modules with aiohttp's messages and exit code", async () => {
  await withApp(async (_app, cwd) => {
    const usage = "usage: roundtrip serve [OPTIONS] MODULE[:NAME] [ARGS...]\n";
    const error = (text: string): RegExp =>
      new RegExp(`^${RegExp.escape(`${usage}roundtrip serve: error: ${text}`)}`);
    const rows: [name: string, args: string[], message: string][] = [
      ["no module", [], "the following arguments are required: MODULE[:NAME]"],
      ["no name after the colon", ["app.js:"], "'app.js:' not in 'MODULE:NAME' syntax"],
      ["no module before it", [":init"], "':init' not in 'MODULE:NAME' syntax"],
      ["unknown module", ["nope:init"], "unable to import nope: no file"],
      ["a typing error in it", ["ap.js"], "unable to import ap.js: no file"],
      ["a module that fails", ["broken.js"], "unable to import broken.js: SyntaxError"],
      [
        "a module that throws",
        ["throws.js"],
        "unable to import throws.js: TypeError: Cannot read properties of undefined (reading 'c')\n" +
        `    at ${new URL("throws.js", `file://${cwd}/`)}:2:5\n`,
      ],
      ["a module that misses one", ["missing.js"], "unable to import missing.js: "],
      [
        "unknown attribute",
        ["app.js:unit"],
        "module 'app.js' has no attribute 'unit'; it exports app, default, fails, fetcher, init, " +
        "later, nothing, number: did you mean app.js:init?",
      ],
      [
        "nothing exported",
        ["empty.js"],
        "module 'empty.js' has no attribute 'default'; it exports",
      ],
      ["no application", ["app.js:number"], "app.js:number is a number, and an Application"],
      ["a function of none", ["app.js:nothing"], "the function app.js:nothing returned a null"],
      ["an unknown option before it", ["--prot", "1", "app.js"], "unknown option --prot; did you"],
      ["half of TLS", ["--tls-cert", "app.js", "app.js"], "--tls-cert and --tls-key go together"],
      ["an invalid certificate", [
        "--tls-cert",
        "no.pem",
        "--tls-key",
        "no.pem",
        "app.js",
      ], "argument --tls-cert: cannot read no.pem: no such file"],
    ];
    await assertTable(
      rows.map(([name, args, text]) =>
        [name, ["serve", ...args], { code: USAGE, stderr: error(text) }, { cwd }] as const
      ),
    );
    const failed = await cli(["serve", "app.js:fails"], { cwd });
    assertEquals(failed.code, 1);
    assertStringIncludes(failed.stderr, "RangeError: out of coffee");
  });
});

Deno.test("serve runs applications, functions and objects with fetch", async () => {
  await withApp(async (app) => {
    const rows: [entry: string[], body: string][] = [
      [[app], "the default\n"],
      [[`${app}:app`], "an application\n"],
      [[app.replace(/\.js$/, "")], "the default\n"],
      [[`${app}:fetcher`], "fetched /\n"],
      [[`${app}:later`], "later\n"],
      [[`${app}:init`, "--debug", "x", "-q"], "args: --debug|x|-q\n"],
      [[`${app}:init`, "-H", "127.0.0.1", "y"], "args: y\n"],
    ];
    for (const [words, body] of rows) {
      await using server = await serving(["serve", ...words]);
      assertEquals(await textOf(server.url), body, words.join(" "));
    }
    await using passed = startCli(["serve", "-P", "0", `${app}:init`, "--", "-P", "9", "--help"]);
    const [, url = ""] = await passed.waitFor(/Running on (http\S+)/);
    assertEquals(await textOf(url), "args: -P|9|--help\n");
  });
});

Deno.test("serve prints its address, and Stopped at the end", async () => {
  await withApp(async (app) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      await using server = await serving(["serve", app]);
      assertEquals(
        server.running.output(),
        `======== Running on ${server.url} ========\n(Press CTRL+C to quit)\n`,
      );
      assertMatch(server.url, /^http:\/\/localhost:[1-9]\d*$/);
      server.running.child.kill(signal);
      assertEquals(await server.running.exitCode(), 0);
      assert(server.running.output().endsWith("Stopped\n"), server.running.output());
    }
  });
});

Deno.test({
  name: "serve on a unix socket only, and with TCP",
  ignore: Deno.build.os === "windows" || !await hasProgram("curl"),
  async fn() {
    await withApp(async (app, folder) => {
      const path = `${folder}/app.sock`;
      const ask = async (): Promise<string> => {
        const { stdout } = await new Deno.Command("curl", {
          args: ["-s", "--unix-socket", path, "http://localhost/"],
        }).output();
        return new TextDecoder().decode(stdout);
      };
      {
        await using server = startCli(["serve", "-U", path, app]);
        const [line] = await server.waitFor(/={8} Running on .* ={8}/);
        assertEquals(line, `======== Running on http://unix:${path}: ========`);
        assertEquals(await ask(), "the default\n");
      }
      await using server = startCli(["serve", "-U", path, "-H", "localhost", "-P", "0", app]);
      const [, url = ""] = await server.waitFor(
        /Running on (http:\/\/localhost:\d+), http:\/\/unix:/,
      );
      assertEquals(await ask(), "the default\n");
      assertEquals(await textOf(url), "the default\n");
    });
  },
});

Deno.test("serve names the port in use and the remedy", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await withApp(async (app) => {
    const { code, stderr } = await cli([
      "serve",
      "-H",
      "127.0.0.1",
      "-P",
      `${taken.addr.port}`,
      app,
    ]);
    assertEquals(code, 1);
    assertMatch(stderr, /127\.0\.0\.1:\d+: the address is already in use.*-P 0 picks a free port/);
  });
});

for (const engine of ["deno", "sockets"]) {
  Deno.test(`serve --workers answers from several processes on one port (${engine})`, async () => {
    await withApp(async (app) => {
      await using server = await serving(["serve", "--workers", "2", "--engine", engine, app]);
      const pids = new Set<string>();
      // Connections are distributed, so each request uses a new one.
      for (let count = 0; count < 200 && pids.size < 2; count++) {
        const response = await fetch(`${server.url}/pid`, { headers: { connection: "close" } });
        pids.add(await response.text());
        if (pids.size < 2) await new Promise((resolve) => setTimeout(resolve, 20));
      }
      assertEquals(pids.size, 2);
      server.running.child.kill("SIGTERM");
      assertEquals(await server.running.exitCode(), 0);
      assert(server.running.output().endsWith("Stopped\n"), server.running.output());
    });
  });

  Deno.test(`serve --workers under load: a SIGTERM loses no open request (${engine})`, async () => {
    await using folder = await tempDir();
    const app = `${folder.path}/slow.js`;
    await Deno.writeTextFile(
      app,
      `import { web } from "@roundtrip/http";
const app = new web.Application();
app.addRoutes([web.get("/", async () => {
  console.log("begun");
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return web.textResponse("done");
})]);
export default app;
`,
    );
    await using server = await serving(["serve", "--workers", "3", "--engine", engine, app]);
    const all = Array.from({ length: 24 }, () => textOf(server.url));
    await server.running.waitFor(/(?:begun[^]*){24}/);
    server.running.child.kill("SIGTERM");
    assertEquals(await Promise.all(all), Array(24).fill("done"));
    assertEquals(await server.running.exitCode(), 0);
    assert(server.running.output().endsWith("Stopped\n"), server.running.output());
    await assertRejects(() => fetch(server.url), TypeError);
  });
}

for (const workers of ["1", "2"]) {
  Deno.test(`serve --workers ${workers}: an unhandled rejection is logged and does not end it`, async () => {
    await using folder = await tempDir();
    const app = `${folder.path}/forgotten.js`;
    await Deno.writeTextFile(
      app,
      `import { web } from "@roundtrip/http";
const app = new web.Application();
app.addRoutes([web.get("/", () => {
  Promise.reject(new Error("forgotten"));
  return web.textResponse("done");
})]);
app.onStartup.push(() => console.log("started"));
app.onCleanup.push(() => console.log("cleaned up"));
export default app;
`,
    );
    await using server = await serving(["serve", "--workers", workers, app]);
    await server.running.waitFor(new RegExp(`(?:started[^]*){${workers}}`)); // else nothing to clean up
    for (let count = 0; count < 5; count++) assertEquals(await textOf(server.url), "done");
    await server.running.waitFor(/(?:Error: forgotten\n(?:\[2\]|\[1\])? +at [^]*){5}/);
    server.running.child.kill("SIGTERM");
    assertEquals(await server.running.exitCode(), 0);
    const cleaned = server.running.output().match(/cleaned up/g) ?? [];
    assertEquals(cleaned.length, Number(workers), server.running.output());
  });
}

Deno.test("serve supports TLS with --tls-cert and --tls-key, HTTP/2 too", async () => {
  await withApp(async (app, folder) => {
    await Deno.writeTextFile(`${folder}/cert.pem`, CERT);
    await Deno.writeTextFile(`${folder}/key.pem`, KEY);
    const tls = ["--tls-cert", `${folder}/cert.pem`, "--tls-key", `${folder}/key.pem`];
    await using server = startCli(["serve", "-P", "0", ...tls, app]);
    const [, url = ""] = await server.waitFor(/Running on (https:\/\/localhost:\d+) =/);
    for (const http2 of [false, true]) {
      using client = Deno.createHttpClient({ caCerts: [CA], http2, http1: !http2 });
      const response = await fetch(url, { client });
      assertEquals([response.status, await response.text()], [200, "the default\n"]);
    }
    // Clients without the authority and plain HTTP clients are refused.
    await assertRejects(() => fetch(url), TypeError);
    await assertRejects(() => fetch(url.replace("https:", "http:")), TypeError);
    server.child.kill("SIGTERM");
    assertEquals(await server.exitCode(), 0);

    const { code, stderr } = await cli([
      "serve",
      "--tls-cert",
      `${folder}/key.pem`,
      "--tls-key",
      `${folder}/cert.pem`,
      "-P",
      "0",
      app,
    ]);
    assertEquals(code, 1);
    assertMatch(stderr, /^roundtrip serve: error: [^\n]*--tls-(?:cert|key)/);
  });
});

Deno.test("a user's module gets the command's own copy of @roundtrip/http", async (t) => {
  await using folder = await tempDir();
  await Deno.mkdir(`${folder.path}/parts`);
  await Deno.writeTextFile(
    `${folder.path}/parts/hello.js`,
    `import { textResponse } from "@roundtrip/http/server";
export const hello = (request) => textResponse("hello, " + request.matchInfo.name);
`,
  );
  // An instance of another copy's Application would have no routes here.
  await Deno.writeTextFile(
    `${folder.path}/app.js`,
    `import { ClientSession, web } from "@roundtrip/http";
import { ClientSession as Session } from "@roundtrip/http/client";
import { Application } from "@roundtrip/http/server";
import { fromHono } from "@roundtrip/http/hono";
import { hello } from "./parts/hello.js";
export default () => {
  if (web.Application !== Application || ClientSession !== Session) throw new Error("two copies");
  if (typeof fromHono !== "function") throw new Error("no hono");
  const app = new Application();
  app.addRoutes([web.get("/{name}", hello)]);
  return app;
};
`,
  );
  {
    await using server = await serving(["serve", `${folder.path}/app.js`]);
    assertEquals(await textOf(`${server.url}/ada`), "hello, ada");
  }
  // Specifiers with a registry are resolved by a hook, available since Deno 2.8; `deno run`
  // resolves them before.
  const ignore = !COMPILED || !await runtimeIs(208);
  await t.step({
    name: ignore ? "by jsr: names (needs ROUNDTRIP, an executable with Deno 2.8)" : "by jsr: names",
    ignore,
    fn: async () => {
      const path = `${folder.path}/jsr.js`;
      const text = await Deno.readTextFile(`${folder.path}/app.js`);
      await Deno.writeTextFile(path, text.replaceAll('"@roundtrip', '"jsr:@roundtrip'));
      await using server = await serving(["serve", path]);
      assertEquals(await textOf(`${server.url}/bob`), "hello, bob");
    },
  });
});

Deno.test("specifiers of the package resolve to its exports, in every spelling", async () => {
  const { exports } = JSON.parse(
    await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
  );
  const root = new URL("../../", import.meta.url).href;
  for (const [name, file] of Object.entries<string>(exports)) {
    if (name === "./cli") continue; // the program itself
    const path = name.slice(1);
    for (const prefix of ["", "jsr:", "npm:", "jsr:/"]) {
      for (const version of ["", "@1.2.3", "@^0.1"]) {
        const specifier = `${prefix}@roundtrip/http${version}${path}`;
        assertEquals(ownModule(specifier), root + file.slice(2), specifier);
      }
    }
  }
  for (const other of ["@roundtrip/http2", "@roundtrip/http/nope", "hono", "./@roundtrip/http"]) {
    assertEquals(ownModule(other), null, other);
  }
});

Deno.test("serve --workers ends when a worker cannot start", async () => {
  await withApp(async (app) => {
    const { code, stderr } = await cli(["serve", "--workers", "2", "-P", "0", `${app}:nope`]);
    assertEquals(code, USAGE);
    assertMatch(stderr, /has no attribute 'nope'/);
  });
});

Deno.test("serve --watch starts again when a file changes", async () => {
  await withApp(async (app, folder) => {
    await using server = await serving(["serve", "--watch", app]);
    assertEquals(await textOf(server.url), "the default\n");
    // What it prints may go to a file beside the module: that would never end.
    await Deno.writeTextFile(`${folder}/server.log`, "Running");
    await new Promise((resolve) => setTimeout(resolve, 400));
    assertEquals(server.running.output().includes("Restarting"), false);
    assertMatch(await textOf(`${server.url}/broken`), /"detail": "Error: secret"[^]*app\.js:4:/);
    await Deno.writeTextFile(app, APP.replace("the default", "another one"));
    await server.running.waitFor(/Restarting: a file has changed/);
    const [, url = ""] = await server.running.waitFor(/Restarting[^]*Running on (http\S+)/);
    assertEquals(await textOf(url), "another one\n");
    server.running.child.kill("SIGTERM");
    assertEquals(await server.running.exitCode(), 0);
  });
});

Deno.test("serve --open opens the address once, despite restarts", async () => {
  await withApp(async (app, folder) => {
    const opened = `${folder}/.opened`; // a name that --watch ignores
    const browser = `${folder}/.browser`;
    await Deno.writeTextFile(browser, `#!/bin/sh\necho "$@" >> ${opened}\n`);
    await Deno.chmod(browser, 0o755);
    const env = { BROWSER: browser };
    await using server = startCli(["serve", "-P", "0", "--open", "--watch", app], { env });
    const [, first = ""] = await server.waitFor(/Running on (http\S+)/);
    await Deno.writeTextFile(app, APP.replace("the default", "another one"));
    const [, url = ""] = await server.waitFor(/Restarting[^]*Running on (http\S+)/);
    assertEquals(await textOf(url), "another one\n");
    assertEquals(await Deno.readTextFile(opened), `${first}\n`);
    server.child.kill("SIGTERM");
    assertEquals(await server.exitCode(), 0);

    await using none = startCli(["serve", "-P", "0", "--open", app], {
      env: { BROWSER: `${folder}/none` },
    });
    await none.waitFor(/Running on (http\S+)/);
    await none.waitFor(/cannot open a browser with .*none/);
  });
});

Deno.test("serve --health answers for any application, before its middlewares", async () => {
  await using folder = await tempDir();
  const app = `${folder.path}/app.js`;
  await Deno.writeTextFile(
    app,
    `import { web } from "@roundtrip/http";
const app = new web.Application({ middlewares: [() => { throw new web.HTTPUnauthorized(); }] });
export default app;
export const plain = { fetch: () => new Response("all mine") };
`,
  );
  for (const [entry, status] of [[app, 401], [`${app}:plain`, 200]] as const) {
    await using server = await serving(["serve", "--health", "/healthz", entry]);
    const response = await fetch(`${server.url}/healthz`);
    assertEquals([response.status, await response.text()], [200, "ready"]);
    const other = await fetch(`${server.url}/`);
    await other.body?.cancel();
    assertEquals(other.status, status);
    const posted = await fetch(`${server.url}/healthz`, { method: "POST" });
    await posted.body?.cancel();
    assertEquals(posted.status, status);
  }
});

Deno.test("serve logs requests, by aiohttp's atoms or as JSON", async () => {
  await withApp(async (app) => {
    const rows: [name: string, args: string[], line: RegExp][] = [
      [
        "as aiohttp",
        ["--access-log"],
        /127\.0\.0\.1 \[.*\] "GET \/x\?a=1 HTTP\/1\.1" 404 \d+ "-" "agent\/1"/,
      ],
      [
        "by atoms",
        ["--access-log-format", "%s|%r|%{X-One}i"],
        /404\|GET \/x\?a=1 HTTP\/1\.1\|1/,
      ],
      ["as JSON", ["--access-log-format", "json"], /\{[^\n]*"status":404[^\n]*\}/],
    ];
    for (const [name, args, line] of rows) {
      await using server = await serving(["serve", ...args, app]);
      const headers = { "user-agent": "agent/1", "x-one": "1" };
      const response = await fetch(`${server.url}/x?a=1`, { headers });
      await response.body?.cancel();
      assertEquals(response.status, 404, name);
      await server.running.waitFor(line);
    }
  });
});

Deno.test("serve --shutdown-timeout cuts requests that take longer", async () => {
  await using folder = await tempDir();
  const app = `${folder.path}/app.js`;
  await Deno.writeTextFile(
    app,
    `export default { fetch: () => { console.log("begun"); return new Promise(() => {}); } };`,
  );
  await using server = await serving(["serve", "--shutdown-timeout", "0.2", app]);
  const answer = fetch(server.url).then(async (response) => {
    await response.body?.cancel();
    return response.status;
  }, () => "the connection broke");
  await server.running.waitFor(/begun/);
  const start = performance.now();
  server.running.child.kill("SIGTERM");
  const code = await server.running.exitCode();
  const end = await answer;
  assert(end === 503 || end === "the connection broke", `${end}`);
  const took = performance.now() - start;
  assert(took >= 190 && took < 10_000, `${took} ms`);
  // The exit code reports the lost request.
  assertEquals(code, 1);
  assertMatch(server.running.output(), /still running after shutdownTimeout \(200 ms\)/);
});

Deno.test("serve reads only its own options from the environment", async () => {
  await withApp(async (app, folder) => {
    const path = `${folder}/env.sock`;
    const env = { ROUNDTRIP_SERVE_PATH: path, ROUNDTRIP_FILES_PORT: "x" };
    await using server = startCli(["serve", app], { env });
    await server.waitFor(new RegExp(`Running on http://unix:${RegExp.escape(path)}:`));
    const { code, stderr } = await cli(["serve", app], { env: { ROUNDTRIP_SERVE_WORKERS: "0" } });
    assertEquals(code, USAGE);
    assertMatch(stderr, /argument --workers: "0" is not a whole number from 1/);
  });
});

Deno.test("serve imports TypeScript", async (t) => {
  const version = (await cli(["--version"])).stdout;
  const [, minor = "0", patch = "0"] = /deno \d+\.(\d+)\.(\d+)/.exec(version) ?? [];
  // A compiled program can import TypeScript from disk since Deno 2.8.2.
  const ignore = COMPILED && Number(minor) * 100 + Number(patch) < 802;
  await t.step({
    name: ignore ? `not by an executable of ${version.trim()}` : "as it is",
    ignore,
    fn: async () => {
      await using folder = await tempDir();
      const path = `${folder.path}/app.ts`;
      await Deno.writeTextFile(
        path,
        APP.replace("(args)", "(args: string[])").replace("(body)", "(body: string)"),
      );
      await using server = await serving(["serve", path]);
      assertEquals(await textOf(server.url), "the default\n");
    },
  });
});

Deno.test("any MODULE:NAME is parsed or refused by name", () => {
  const words = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.constantFrom(":", "/", "\\", ".", "app", "C", "jsr", "https", "@", "\0", " ", "é"))
      .map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(words, (word) => {
      try {
        const { module, name } = parseEntry(word);
        assert(module !== "" && name !== "");
        assert(word === module || word === `${module}:${name}`);
      } catch (error) {
        assert(error instanceof UsageError, String(error));
        assertStringIncludes(error.message, word);
      }
    }),
    { numRuns: scaled(2000) },
  );
  const table: [word: string, module: string, name: string][] = [
    ["./app.ts", "./app.ts", "default"],
    ["./app.ts:init", "./app.ts", "init"],
    ["app:init", "app", "init"],
    ["C:\\app.ts", "C:\\app.ts", "default"],
    ["C:\\app.ts:init", "C:\\app.ts", "init"],
    ["jsr:@a/b", "jsr:@a/b", "default"],
    ["jsr:@a/b:init", "jsr:@a/b", "init"],
    ["npm:express", "npm:express", "default"],
    ["https://host:8080/app.ts", "https://host:8080/app.ts", "default"],
    ["https://host/app.ts:$init_2", "https://host/app.ts", "$init_2"],
  ];
  for (const [word, module, name] of table) assertEquals(parseEntry(word), { module, name }, word);
});

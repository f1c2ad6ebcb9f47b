// Two instances behind nginx and haproxy as docs/deploying.md shows them, restarted under load.
import { assert, assertEquals } from "@std/assert";
import { load, type LoadResult } from "../_load.ts";
import { freePort, ROOT, type Running, start } from "../_process.ts";
import { WHOLE } from "../_whole.ts";
import { hasProgram, startCli, tempDir } from "./_cli.ts";

const DEPLOYING = await Deno.readTextFile(new URL("docs/deploying.md", ROOT));
const COUNT = WHOLE ? 21_000 : 3000; // at least two restarts
const RATE = 500;

/** The code blocks of a language. */
function blocks(language: string): string[] {
  return [...DEPLOYING.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, "gm"))]
    .map(([, code = ""]) => code);
}

const APP = `import { web } from "@roundtrip/http";
const app = new web.Application();
app.addRoutes([
  web.get("/", () => web.textResponse("hello")),
  web.post("/", async (request) => web.textResponse(await request.text() + "posted")),
]);
export default app;
`;

async function instance(app: string, port: number): Promise<Running> {
  const options = ["--shutdown-delay", "1.5", "--health", "/ready", "-H", "127.0.0.1"];
  const running = startCli(["serve", ...options, "-P", `${port}`, app]);
  await running.waitFor(/Running on/);
  return running;
}

/** Starts a proxy; the configuration has `PORT`, `FIRST` and `SECOND` for the ports. */
type StartProxy = (folder: string, ports: readonly number[]) => Promise<Running>;

const PROXIES: readonly [name: string, start: StartProxy][] = [
  ["nginx", async (folder, [port, first, second]) => {
    const [server = "", upstream = ""] = blocks("nginx");
    assert(upstream.includes("max_fails=0"));
    const shown = server.replace(/^upstream app \{[^}]*\}\n/m, upstream)
      .replace("127.0.0.1:8080", `127.0.0.1:${first}`)
      .replace("127.0.0.1:8081", `127.0.0.1:${second}`)
      .replace("listen 443 ssl;", `listen 127.0.0.1:${port};`).replace(/ssl_certificate.*;/g, "");
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map((name) => `${name}_temp_path ${folder}/${name};`).join("\n");
    const user = Deno.uid() === 0 ? "user root;" : "";
    await Deno.writeTextFile(
      `${folder}/nginx.conf`,
      `${user} daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr notice;
events {} http { access_log off; ${temporary}\n${shown}\n}`,
    );
    const nginx = start(["nginx", "-p", folder, "-c", `${folder}/nginx.conf`]);
    await nginx.waitFor(/start worker process \d/);
    return nginx;
  }],
  ["haproxy", async (folder, [port, first, second]) => {
    const [shown = ""] = blocks("haproxy");
    await Deno.writeTextFile(
      `${folder}/haproxy.cfg`,
      shown.replace("bind :80", `bind 127.0.0.1:${port}`).replace("8080", `${first}`)
        .replace("8081", `${second}`),
    );
    const haproxy = start(["haproxy", "-db", "-f", `${folder}/haproxy.cfg`]);
    for (let n = 0; n < 200; n++) {
      try {
        (await Deno.connect({ hostname: "127.0.0.1", port: Number(port) })).close();
        break;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    return haproxy;
  }],
];

for (const [name, startProxy] of PROXIES) {
  Deno.test(`restarts behind ${name} as docs/deploying.md shows it lose no request`, {
    ignore: !await hasProgram(name),
  }, async () => {
    await using folder = await tempDir();
    const app = `${folder.path}/app.js`;
    await Deno.writeTextFile(app, APP);
    const [port = 0, ...ports] = [freePort(), freePort(), freePort()];
    const instances = await Promise.all(ports.map((each) => instance(app, each)));
    await using proxy = await startProxy(folder.path, [port, ...ports]);
    try {
      let isOver = false;
      let restarts = 0;
      const results: LoadResult[] = [];
      const loading = (async () => {
        do { // again on a machine so busy that a restart takes as long as all requests
          results.push(
            ...await Promise.all([["GET", 2], ["POST", 1]].map(([method, share]) =>
              load({
                port,
                count: COUNT * Number(share) / 3,
                rate: RATE * Number(share) / 3,
                line: `${method} / HTTP/1.1`,
              })
            )),
          );
        } while (restarts < 2);
      })().finally(() => isOver = true);
      while (!isOver) {
        const n = restarts++ % 2;
        instances[n]?.child.kill("SIGTERM");
        assertEquals(await instances[n]?.exitCode(), 0);
        instances[n] = await instance(app, ports[n] ?? 0);
        await new Promise((resolve) => setTimeout(resolve, 1500)); // haproxy has to notice it
      }
      await loading;
      assertEquals(
        results.flatMap(({ lost }) => lost),
        [],
        proxy.output().replaceAll(/^.*refused.*\n/gm, ""),
      );
      assertEquals(
        results.reduce((sum, { answered }) => sum + answered, 0),
        COUNT * results.length / 2,
      );
    } finally {
      proxy.child.kill("SIGTERM"); // SIGKILL would leave workers of nginx
      await proxy.exitCode();
      for (const each of instances) await each[Symbol.asyncDispose]();
    }
  });
}

import { assert, assertEquals, assertMatch } from "@std/assert";
import { ROOT } from "../_process.ts";
import { COMPILED, serving, tempDir } from "./_cli.ts";

const MAIN = new URL("cli/main.ts", ROOT).pathname;
const CONFIG = new URL("deno.json", ROOT).pathname;

/** Runs the command with some permissions; stops a server. */
async function withPermissions(
  flags: string,
  args: readonly string[],
  cwd: string,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const allowed = flags.split(" ").filter((each) => each !== "");
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--config", CONFIG, ...allowed, MAIN, ...args],
    cwd,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const timer = setTimeout(() => child.kill("SIGKILL"), 20_000);
  const { code, stdout, stderr } = await child.output();
  clearTimeout(timer);
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

const READ = /Requires read access to "[^"]+", run again with the --allow-read flag$/m;
const WRITE = /Requires write access to (?:"[^"]+"|<TMP>), run again with the --allow-write flag$/m;
const NET = /Requires net access to "[^"]+", run again with the --allow-net flag$/m;
const RUN = /Requires run access to "[^"]+", run again with the --allow-run flag$/m;

Deno.test({
  name: "messages about missing permissions name only their flag",
  ignore: COMPILED, // executables have all permissions
  fn: async () => {
    await using bin = await serving(["httpbin"]);
    await using folder = await tempDir();
    const cwd = folder.path;
    await Deno.writeTextFile(`${cwd}/app.js`, "export default { fetch: () => new Response() };");
    await Deno.writeTextFile(`${cwd}/a.txt`, "a");
    await Deno.mkdir(`${cwd}/dir`);
    const url = `:${bin.port}/post`;
    const proxied = (proxy: string, ...first: string[]): string[] => [
      ...first,
      ...["--proxy", proxy, "http://127.0.0.1:1/"],
    ];
    const rows: [flags: string, args: string[], missing: RegExp][] = [
      ["", [`http://127.0.0.1:${bin.port}/`], NET],
      ["", [`http://localhost:${bin.port}/`], NET],
      ["--allow-net=localhost:1", [`http://localhost:${bin.port}/`], NET],
      ["-E", proxied("http://127.0.0.1:3128"), NET],
      ["-E", proxied("socks5://127.0.0.1:3128"), NET],
      ["-N -E", ["--unix-socket", `${cwd}/s.sock`, ":/"], READ],
      ["-N -E", [url, "@a.txt"], READ],
      ["-N -E", ["-f", url, "f@a.txt"], READ],
      ["-N -E", [url, "a=@a.txt"], READ],
      ["-N -E", ["--verify", "a.txt", url], READ],
      ["-N -E", ["--cert", "a.txt", url], READ],
      ["-N -E", ["--session", "s", url], READ],
      ["-N -E -R", ["--session", "./s.json", url], WRITE],
      ["-N -E", ["-d", `:${bin.port}/get`], READ],
      ["-N -E -R", ["-d", `:${bin.port}/get`], WRITE],
      ["-N -E -R", ["-d", "-c", `:${bin.port}/get`], WRITE],
      ["-N -E -R", ["-o", "x", `:${bin.port}/get`], WRITE],
      ["", ["ws", `:${bin.port}/`], NET],
      ["-E", ["ws", `:${bin.port}/`], NET],
      ["-E", ["ws", `127.0.0.1:${bin.port}/`], NET],
      ["-E", proxied("http://127.0.0.1:3128", "ws"), NET],
      ["-E", ["ws", "--unix-socket", `${cwd}/s.sock`, "ws://a/"], READ],
      ["", ["ws", "-s", "0"], NET],
      ["", ["httpbin", "-P", "0"], NET],
      ["-N", ["tutorial", "playground", "--run"], WRITE],
      ["-N", ["tutorial", "1"], READ],
      ["-N", ["serve", "./app.js"], READ],
      ["-N -E", ["serve", "--tls-cert", "a.txt", "--tls-key", "a.txt", "./app.js"], READ],
      ["-E -R", ["serve", "-P", "0", "./app.js"], NET],
      ["-N -R -E", ["serve", "--path", `${cwd}/s.sock`, "./app.js"], WRITE],
      ["-N -R -E", ["serve", "--watch", "./app.js"], RUN],
      ["-N -R -E", ["serve", "--workers", "2", "./app.js"], RUN],
      ["-N", ["files", "dir"], READ],
      ["-R -E", ["files", "-P", "0", "dir"], NET],
      ["-N -R -E", ["files", "-P", "0", "-u", "dir"], WRITE],
    ];
    for (const [flags, args, missing] of rows) {
      const { code, stderr } = await withPermissions(flags, args, cwd);
      const name = `[${flags}] ${args.join(" ")}: ${stderr}`;
      assert(code === 1 || code === 2 || code === 64, `${code} ${name}`);
      assertMatch(stderr, missing, name);
      assert(!/^ {4}at |is the server running|is set by|trusted/m.test(stderr), name);
      assertEquals(stderr.match(/--allow-/g)?.length, 1, name);
    }
    // Commands that need no permissions.
    for (const args of [["--offline", url, "a=1"], ["--curl", url], ["tutorial"], ["--version"]]) {
      const { code, stderr } = await withPermissions("", args, cwd);
      assertEquals([code, stderr], [0, ""], args.join(" "));
    }
    // Examples are modules of the command, which need no permission to be read.
    const { code, stderr } = await withPermissions("", ["tutorial", "1", "--run"], cwd);
    assertEquals([code, stderr.slice(0, 6)], [0, "usage:"], stderr);
  },
});

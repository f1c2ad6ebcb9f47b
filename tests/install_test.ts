import { assertEquals, assertMatch } from "@std/assert";
import { ROOT } from "./_process.ts";

// install.sh against releases on a local server.

const FAKE = "#!/bin/sh\necho roundtrip 9.9.9\n";

/** The archive of a release with a fake executable. */
async function archive(folder: string): Promise<Uint8Array<ArrayBuffer>> {
  await Deno.writeTextFile(`${folder}/roundtrip`, FAKE, { mode: 0o755 });
  const tar = new Deno.Command("tar", { args: ["-czf", "archive", "roundtrip"], cwd: folder });
  assertEquals((await tar.output()).success, true);
  return await Deno.readFile(`${folder}/archive`);
}

const hexOf = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();

interface Case {
  readonly args?: readonly string[];
  /** What `uname` prints for `-s` and `-m`. */
  readonly uname?: readonly [string, string];
  readonly sums?: (sum: string) => string;
  readonly releases?: string;
  /** The shell, `sh` unless set. */
  readonly shell?: readonly string[];
  /** What the system has to download and to check; all of it unless set. */
  readonly has?: readonly string[];
  readonly path: string | null;
  readonly code: number;
  readonly prints: RegExp;
}

const CASES: Readonly<Record<string, Case>> = {
  "the latest": { path: "/latest/download/", code: 0, prints: /^Installed \S+\/bin\/roundtrip\n/ },
  "a version": { args: ["1.2.3"], path: "/download/v1.2.3/", code: 0, prints: /^Installed/ },
  "a tag": { args: ["v1.2.3"], path: "/download/v1.2.3/", code: 0, prints: /^Installed/ },
  "a Mac": { uname: ["Darwin", "arm64"], path: "/latest/download/", code: 0, prints: /^Installed/ },
  "bash and wget": {
    shell: ["bash"],
    has: ["wget", "sha256sum"],
    path: "/latest/download/",
    code: 0,
    prints: /^Installed/,
  },
  "BusyBox and curl": {
    shell: ["busybox", "sh"],
    has: ["curl", "sha256sum"],
    path: "/latest/download/",
    code: 0,
    prints: /^Installed/,
  },
  "shasum": { has: ["curl", "shasum"], path: "/latest/download/", code: 0, prints: /^Installed/ },
  "a release that wget does not find": {
    has: ["wget", "sha256sum"],
    path: "/elsewhere/",
    code: 1,
    prints: /cannot download http/,
  },
  "nothing that downloads": { has: [], path: null, code: 1, prints: /curl or wget is needed/ },
  "nothing that checks": {
    has: ["curl"],
    path: "/latest/download/",
    code: 1,
    prints: /sha256sum or shasum is needed/,
  },
  "another sum": {
    sums: (sum) => sum.replace(/^./, (digit) => digit === "0" ? "1" : "0"),
    path: "/latest/download/",
    code: 1,
    prints: /wrong checksum of http\S+\.tar\.gz/,
  },
  "no sum": {
    sums: (sum) => sum.replace("roundtrip-", "other-"),
    path: "/latest/download/",
    code: 1,
    prints: /SHA256SUMS does not name roundtrip-linux-x64\.tar\.gz/,
  },
  "no such release": { path: "/elsewhere/", code: 1, prints: /cannot download http/ },
  "a bad version": { args: ["../1"], path: null, code: 1, prints: /not a version: \.\.\/1/ },
  "another system": { uname: ["Plan9", "x86_64"], path: null, code: 1, prints: /for Plan9/ },
  "another machine": { uname: ["Linux", "sparc"], path: null, code: 1, prints: /for sparc/ },
  "no address": { releases: "", path: null, code: 1, prints: /set ROUNDTRIP_RELEASES/ },
};

/** What `install.sh` uses besides. */
const PLAIN = "chmod cp grep gzip mkdir mktemp mv rm tar".split(" ");

/** The path of a program, `null` without it. */
async function which(name: string): Promise<string | null> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", `command -v ${name}`] }).output();
  return new TextDecoder().decode(stdout).trim() || null;
}

/** Links the programs in a folder; `false` if the machine lacks one. */
async function link(folder: string, names: readonly string[]): Promise<boolean> {
  for (const name of names) {
    const path = await which(name);
    if (path === null) {
      console.log(`skipped: no ${name}`);
      return false;
    }
    await Deno.symlink(path, `${folder}/${name}`);
  }
  return true;
}

Deno.test({
  name: "install.sh installs what has the right checksum, and nothing else",
  ignore: Deno.build.os === "windows",
  fn: async (t) => {
    const folder = await Deno.makeTempDir();
    const bytes = await archive(folder);
    const sum = await hexOf(bytes);
    for (const [at, [name, each]] of Object.entries(CASES).entries()) {
      await t.step(name, async () => {
        const home = `${folder}/${at}`;
        const [system, machine] = each.uname ?? ["Linux", "x86_64"];
        const uname = `#!/bin/sh\n[ "$1" = -s ] && echo ${system} || echo ${machine}\n`;
        await Deno.mkdir(`${home}/tools`, { recursive: true });
        await Deno.writeTextFile(`${home}/tools/uname`, uname, { mode: 0o755 });
        const [shell = "sh", ...words] = each.shell ?? [];
        const needed = [...each.has ?? [], ...each.shell?.slice(0, 1) ?? []];
        const isBare = each.has !== undefined;
        if (!await link(`${home}/tools`, isBare ? [...PLAIN, ...needed] : needed)) return;
        const file = `roundtrip-${system === "Darwin" ? "mac-arm64" : "linux-x64"}.tar.gz`;
        const sums = `${sum}  ${file}\n${"0".repeat(64)}  install.sh\n`;
        await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (
          { url },
        ) => {
          const { pathname } = new URL(url);
          if (pathname === `/releases${each.path}${file}`) return new Response(bytes);
          if (pathname === `/releases${each.path}SHA256SUMS`) {
            return new Response(each.sums?.(sums) ?? sums);
          }
          return new Response(null, { status: 404 });
        });
        const { code, stdout, stderr } = await new Deno.Command(await which(shell) ?? "sh", {
          args: [...words, new URL("install.sh", ROOT).pathname, ...each.args ?? []],
          env: {
            HOME: home,
            PATH: isBare ? `${home}/tools` : `${home}/tools:${Deno.env.get("PATH")}`,
            ROUNDTRIP_INSTALL: `${home}/bin`,
            ROUNDTRIP_RELEASES: each.releases ?? `http://127.0.0.1:${server.addr.port}/releases`,
            no_proxy: "127.0.0.1",
          },
          clearEnv: true,
        }).output();
        const text = new TextDecoder().decode(code === 0 ? stdout : stderr);
        assertEquals(code, each.code, text);
        assertMatch(text, each.prints);
        const installed = await Deno.readTextFile(`${home}/bin/roundtrip`).catch(() => null);
        assertEquals(installed, code === 0 ? FAKE : null);
      });
    }
    await Deno.remove(folder, { recursive: true });
  },
});

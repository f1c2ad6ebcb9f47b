/**
 * The application of `roundtrip files` in process.
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { filesApplication } from "../../cli/files/application.ts";
import type { FilesOptions } from "../../cli/files/options.ts";
import { accountOf } from "../../cli/accounts.ts";
import { tempDir } from "./_cli.ts";

const MIB = 1024 ** 2;

type Fetch = (path: string, init?: RequestInit) => Promise<Response>;

/** Runs a test with a folder that is served with some options. */
async function withApp(
  options: Partial<FilesOptions>,
  body: (fetch: Fetch, path: string) => Promise<void>,
): Promise<void> {
  await using folder = await tempDir();
  const app = filesApplication({
    path: folder.path,
    hostname: "localhost",
    prefix: "",
    health: null,
    upload: null,
    uploads: { onDuplicate: "error", maxSize: null },
    mkdir: false,
    remove: false,
    accounts: [],
    uploaders: [],
    index: null,
    spa: false,
    prettyUrls: false,
    title: null,
    readme: false,
    listing: true,
    archives: true,
    hidden: false,
    compress: false,
    headers: [],
    ...options,
  });
  await body(
    async (path, init) => await app.fetch(new Request(`http://localhost${path}`, init)),
    folder.path,
  );
}

/** Files of this process that are open below a folder. */
function openBelow(path: string): string[] {
  return Array.from(Deno.readDirSync("/proc/self/fd"), ({ name }) => {
    try {
      return Deno.readLinkSync(`/proc/self/fd/${name}`);
    } catch {
      return ""; // the one that lists them
    }
  }).filter((each) => each.startsWith(path));
}

Deno.test({
  name: "files: an archive that is given up leaves no file open",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await withApp({}, async (fetch, path) => {
      await Deno.writeFile(`${path}/big.bin`, crypto.getRandomValues(new Uint8Array(65_536)));
      await Deno.truncate(`${path}/big.bin`, 8 * MIB);
      for (const kind of ["zip", "tar", "tar.gz"]) {
        const response = await fetch(`/?archive=${kind}`);
        const reader = response.body?.getReader();
        let read = 0;
        while (read < 10_000) {
          const { value, done } = await reader?.read() ?? { done: true };
          assert(!done, kind);
          read += value?.length ?? 0;
        }
        await reader?.cancel();
        const until = performance.now() + 5000;
        while (openBelow(path).length > 0 && performance.now() < until) {
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        assertEquals(openBelow(path), [], kind);
      }
    });
  },
});

function uploadOf(name: string, text = "x", headers: Record<string, string> = {}): RequestInit {
  const body = new FormData();
  body.append("file", new Blob([text]), name);
  return { method: "POST", body, headers };
}

function basic(text: string): Record<string, string> {
  return { authorization: `Basic ${btoa(text)}` };
}

async function statusOf(fetch: Fetch, path: string, init?: RequestInit): Promise<number> {
  const response = await fetch(path, init);
  await response.body?.cancel();
  return response.status;
}

Deno.test("files: who may upload may read, and not the other way round", async () => {
  const accounts = [accountOf("auth", "ada:reads")];
  const uploaders = [accountOf("auth-upload", "bob:writes")];
  await withApp({ accounts, uploaders, upload: "" }, async (fetch) => {
    const rows: [name: string, actual: number, expected: number][] = [
      ["a reader reads", await statusOf(fetch, "/", { headers: basic("ada:reads") }), 200],
      ["an uploader reads", await statusOf(fetch, "/", { headers: basic("bob:writes") }), 200],
      ["nobody reads", await statusOf(fetch, "/"), 401],
      [
        "an uploader uploads",
        await statusOf(fetch, "/", uploadOf("b", "x", basic("bob:writes"))),
        201,
      ],
      [
        "a reader does not",
        await statusOf(fetch, "/", uploadOf("a", "x", basic("ada:reads"))),
        401,
      ],
    ];
    for (const [name, actual, expected] of rows) assertEquals(actual, expected, name);
  });
  await withApp({ uploaders, upload: "" }, async (fetch) => {
    assertEquals(await statusOf(fetch, "/"), 200, "reading is for everyone without --auth");
  });
});

/**
 * The application of `roundtrip files` in process.
 * @module
 */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { filesApplication } from "../../cli/files/application.ts";
import { run } from "../../cli/files/command.ts";
import { parseArgs } from "../../cli/args/parse_args.ts";
import { files } from "../../cli/specs/files.ts";
import { UsageError } from "../../cli/errors/usage_error.ts";
import type { FilesOptions } from "../../cli/files/options.ts";
import { accountOf } from "../../cli/listening/accounts.ts";
import { tempDir } from "../e2e/_cli.ts";

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
    async (path, init) =>
      await app.fetch(new Request(path.startsWith("/") ? `http://localhost${path}` : path, init)),
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

Deno.test("files: a name of this machine is one in whatever case, and others are none", async () => {
  for (const hostname of ["LOCALHOST", "localhost.", "0:0:0:0:0:0:0:1", "127.1"]) {
    await withApp({ hostname }, async (fetch) => {
      assertEquals(await statusOf(fetch, "/"), 200, hostname);
      assertEquals(await statusOf(fetch, "http://evil.example/"), 421, hostname);
    });
  }
  await withApp({ hostname: "0.0.0.0" }, async (fetch) => {
    assertEquals(await statusOf(fetch, "http://nas.example/"), 200);
  });
});

Deno.test("files: redirects stay on this server and keep the query", async () => {
  await withApp({ upload: "" }, async (fetch, path) => {
    await Deno.mkdir(`${path}/evil.com`);
    await Deno.mkdir(`${path}/sub`);
    const page = { accept: "text/html" };
    const rows: [path: string, init: RequestInit, location: string][] = [
      ["//evil.com/", uploadOf("a.txt", "x", page), "/evil.com/"],
      ["///evil.com/", uploadOf("b.txt", "x", page), "/evil.com/"],
      ["/sub/", uploadOf("c.txt", "x", page), "/sub/"],
      ["/sub?raw=true&search=a%20b", {}, "./sub/?raw=true&search=a%20b"],
      ["/sub", {}, "./sub/"],
    ];
    for (const [target, init, location] of rows) {
      const response = await fetch(target, init);
      assertEquals(response.headers.get("location"), location, target);
      await response.body?.cancel();
    }
  });
});

Deno.test("files: ?archive is for folders; a file of that query is a file", async () => {
  await withApp({}, async (fetch, path) => {
    await Deno.writeTextFile(`${path}/a.html`, "page");
    assertEquals(await (await fetch("/a.html?archive=2024")).text(), "page");
    assertEquals(await (await fetch("/a.html?archive=zip")).text(), "page");
    assertEquals(await statusOf(fetch, "/?archive=2024"), 400);
    assertEquals(await statusOf(fetch, "/nothing?archive=zip"), 404);
  });
});

Deno.test("files: an upload makes few folders, and replaces none", async () => {
  const uploads = { onDuplicate: "overwrite", maxSize: null } as const;
  await withApp({ upload: "", uploads }, async (fetch, path) => {
    const deep = await fetch("/", uploadOf(`${"d/".repeat(400)}a.txt`));
    assertEquals([deep.status, await deep.text()], [
      400,
      "400: a filename may lead through 32 folders, not 400",
    ]);
    assertEquals(Array.from(Deno.readDirSync(path)), []);
    assertEquals(await statusOf(fetch, "/", uploadOf(`${"d/".repeat(32)}a.txt`)), 201);
    const onFolder = await fetch("/", uploadOf("d"));
    assertEquals(onFolder.status, 409);
    assertMatch(await onFolder.text(), /"d" is a folder/);
    assert(Deno.statSync(`${path}/d/d`).isDirectory);
  });
});

Deno.test("files: what was uploaded runs no script on the origin of the page", async () => {
  const policyOf = async (fetch: Fetch, path: string): Promise<string | null> => {
    const response = await fetch(path);
    await response.body?.cancel();
    assertEquals(response.status, 200, path);
    return response.headers.get("content-security-policy");
  };
  const files = ["a.html", "a.xhtml", "a.svg", "a.xml", "a.txt", "a.pdf"];
  const fill = (path: string): void => {
    for (const name of files) Deno.writeTextFileSync(`${path}/${name}`, "<script>1</script>");
  };
  await withApp({ upload: "", prettyUrls: true }, async (fetch, path) => {
    fill(path);
    for (const name of [...files.slice(0, 4), "a"]) {
      assertEquals(await policyOf(fetch, `/${name}`), "sandbox", name);
    }
    // Chromium shows no PDF in a sandbox.
    for (const name of files.slice(4)) assertEquals(await policyOf(fetch, `/${name}`), null, name);
  });
  await withApp({ prettyUrls: true }, async (fetch, path) => {
    fill(path);
    assertEquals(await policyOf(fetch, "/a.html"), null, "nothing is uploaded");
  });
  const headers = [["Content-Security-Policy", "default-src *"]] as const;
  await withApp({ upload: "", headers }, async (fetch, path) => {
    fill(path);
    assertEquals(await policyOf(fetch, "/a.html"), "default-src *", "--header counts");
  });
});

Deno.test({
  name: "files: what is neither a file nor a folder is not served",
  ignore: Deno.build.os === "windows",
  async fn() {
    await assertRejects(
      () => run(parseArgs(files, ["/dev/null", "-P", "0"])),
      UsageError,
      "cannot serve /dev/null: it is neither a file nor a folder",
    );
  },
});

Deno.test("files --hidden shows no upload that is under way, or was when its server died", async () => {
  await withApp({ hidden: true, upload: "" }, async (fetch, path) => {
    const names = [
      ".0b4f0d5e-3c4e-4d38-9a55-0d6f2a2b7c11.part",
      "big.iso.0b4f0d5e-3c4e-4d38-9a55-0d6f2a2b7c11.part",
    ];
    for (const name of [...names, ".profile", "story.part"]) {
      await Deno.writeTextFile(`${path}/${name}`, "half");
    }
    assertEquals(await (await fetch("/?raw=true")).text(), ".profile\nstory.part\n");
    const archived = new TextDecoder().decode(await (await fetch("/?archive=tar")).bytes());
    assert(archived.includes(".profile") && !archived.includes("0b4f0d5e"));
    for (const name of names) assertEquals(await statusOf(fetch, `/${name}`), 404, name);
  });
});

/**
 * Tests of the application of `roundtrip files`, in process.
 * @module
 */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { filesApplication } from "../../cli/files/application.ts";
import { run } from "../../cli/files/command.ts";
import { parseArgs } from "../../cli/args/parse_args.ts";
import { files } from "../../cli/specs/files.ts";
import { UsageError } from "../../cli/errors/errors.ts";
import type { FilesOptions } from "../../cli/files/options.ts";
import { accountOf } from "../../cli/listening/accounts.ts";
import { until } from "../_until.ts";
import { tempDir } from "../e2e/_cli.ts";

const MIB = 1024 ** 2;

type Fetch = (path: string, init?: RequestInit) => Promise<Response>;

/** Runs a test with a served folder. */
async function withApp(
  options: Partial<FilesOptions>,
  body: (fetch: Fetch, path: string) => Promise<void>,
): Promise<void> {
  await using folder = await tempDir();
  const app = filesApplication({
    path: folder.path,
    hostnames: ["localhost"],
    prefix: "",
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

/** Open files of this process below a folder. */
function openBelow(path: string): string[] {
  return Array.from(Deno.readDirSync("/proc/self/fd"), ({ name }) => {
    try {
      return Deno.readLinkSync(`/proc/self/fd/${name}`);
    } catch {
      return ""; // the descriptor of the listing itself
    }
  }).filter((each) => each.startsWith(path));
}

Deno.test({
  name: "files: a cancelled archive leaves no file open",
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
        await until(() => openBelow(path).length === 0, () => `${kind}: ${openBelow(path)}`);
      }
    });
  },
});

function uploadOf(name: string, text = "x", headers: Record<string, string> = {}): RequestInit {
  const body = new FormData();
  body.append("file", new Blob([text]), name);
  return { method: "POST", body, headers };
}

function basic(text: string, more = ""): Record<string, string> {
  return { authorization: `Basic ${btoa(text)}${more}` };
}

async function statusOf(fetch: Fetch, path: string, init?: RequestInit): Promise<number> {
  const response = await fetch(path, init);
  await response.body?.cancel();
  return response.status;
}

Deno.test("files: uploaders may read, readers may not upload", async () => {
  const accounts = [accountOf("auth", "ada:reads")];
  const uploaders = [accountOf("auth-upload", "bob:writes")];
  await withApp({ accounts, uploaders, upload: "" }, async (fetch) => {
    const rows: [name: string, actual: number, expected: number][] = [
      ["a reader reads", await statusOf(fetch, "/", { headers: basic("ada:reads") }), 200],
      ["an uploader reads", await statusOf(fetch, "/", { headers: basic("bob:writes") }), 200],
      ["no credentials", await statusOf(fetch, "/"), 401],
      ["not base64", await statusOf(fetch, "/", { headers: basic("ada:reads", "!!") }), 401],
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

Deno.test("files: local host names are case-insensitive, others are refused", async () => {
  for (const hostname of ["LOCALHOST", "localhost.", "0:0:0:0:0:0:0:1", "127.1"]) {
    await withApp({ hostnames: [hostname] }, async (fetch) => {
      assertEquals(await statusOf(fetch, "/"), 200, hostname);
      assertEquals(await statusOf(fetch, "http://evil.example/"), 421, hostname);
    });
  }
  await withApp({ hostnames: ["localhost", "0.0.0.0"] }, async (fetch) => {
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
      ["/sub?raw=true&sort=a%20b", {}, "./sub/?raw=true&sort=a%20b"],
      ["/sub", {}, "./sub/"],
    ];
    for (const [target, init, location] of rows) {
      const response = await fetch(target, init);
      assertEquals(response.headers.get("location"), location, target);
      await response.body?.cancel();
    }
  });
});

Deno.test("files: ?archive applies to folders only", async () => {
  await withApp({}, async (fetch, path) => {
    await Deno.writeTextFile(`${path}/a.html`, "page");
    assertEquals(await (await fetch("/a.html?archive=2024")).text(), "page");
    assertEquals(await (await fetch("/a.html?archive=zip")).text(), "page");
    assertEquals(await statusOf(fetch, "/?archive=2024"), 400);
    assertEquals(await statusOf(fetch, "/nothing?archive=zip"), 404);
  });
});

Deno.test("files: an upload makes few folders and replaces none", async () => {
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

Deno.test("files: uploads cannot run scripts on the origin of the page", async () => {
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
  const headers: [string, string][] = [["Content-Security-Policy", "default-src *"]];
  await withApp({ upload: "", headers }, async (fetch, path) => {
    fill(path);
    assertEquals(await policyOf(fetch, "/a.html"), "default-src *", "--header counts");
  });
});

Deno.test({
  name: "files: devices and FIFOs are not served",
  ignore: Deno.build.os === "windows",
  async fn() {
    await assertRejects(
      () => run(parseArgs(files, ["/dev/null", "-P", "0"])),
      UsageError,
      "cannot serve /dev/null: it is neither a file nor a folder",
    );
  },
});

Deno.test("files --hidden does not show incomplete uploads", async () => {
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

Deno.test("files: text has a charset, and source code is text", async () => {
  const utf16 = Uint8Array.from([
    0xff,
    0xfe,
    ...[..."Grüße"].flatMap((each) => [each.charCodeAt(0), 0]),
  ]);
  const latin1 = Uint8Array.from([..."Grüße"], (each) => each.charCodeAt(0));
  const utf8 = new TextEncoder().encode("Grüße 你好\n");
  const cut = new TextEncoder().encode("ü".repeat(64 * 1024)).subarray(1);
  const plain = "text/plain; charset=utf-8";
  const rows: [name: string, bytes: Uint8Array | string, type: string][] = [
    ["a.txt", utf8, plain],
    ["empty.txt", "", plain],
    ["a.md", utf8, "text/markdown; charset=utf-8"],
    ["a.html", utf8, "text/html; charset=utf-8"],
    ["a.css", utf8, "text/css; charset=utf-8"],
    ["a.js", utf8, "text/javascript; charset=utf-8"],
    ["long.txt", new Uint8Array([0x61, ...cut.subarray(1)]), plain],
    ["utf16.txt", utf16, "text/plain; charset=utf-16le"],
    ["latin1.txt", latin1, "text/plain"],
    ["old.html", `<meta charset="windows-1251">`, "text/html"],
    ["new.html", `<meta charset="UTF-8">`, "text/html; charset=utf-8"],
    ...["a.py", "a.rs", "a.ts", "a.sh", "a.toml", "Makefile", "a.go", "a.sql", "a.php", "a.lock"]
      .map((name): [string, Uint8Array, string] => [name, utf8, plain]),
    ["film.ts", Uint8Array.from([0x47, 0x40, 0x00, 0x10]), "video/mp2t"],
    ["data", Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 1]), "application/octet-stream"],
    ["latin1.py", latin1, "application/octet-stream"],
    ["a.json", utf8, "application/json"],
    ["a.png", utf8, "image/png"],
  ];
  await withApp({ prettyUrls: true, index: "home.html", spa: true }, async (fetch, path) => {
    for (const [name, bytes] of rows) {
      await Deno.writeFile(
        `${path}/${name}`,
        typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes,
      );
    }
    await Deno.writeTextFile(`${path}/home.html`, "<h1>Grüße</h1>");
    for (
      const [target, type] of [
        ...rows.map(([name, , type]) => [`/${name}`, type] as const),
        ["/a", "text/html; charset=utf-8"], // by --pretty-urls
        ["/", "text/html; charset=utf-8"], // by --index
        ["/some/route", "text/html; charset=utf-8"], // by --spa, with the page that --index names
      ] as const
    ) {
      const response = await fetch(target);
      assertEquals([response.status, response.headers.get("content-type")], [200, type], target);
      await response.body?.cancel();
    }
  });
  await withApp({ headers: [["Content-Type", "text/x-own"]] }, async (fetch, path) => {
    await Deno.writeTextFile(`${path}/a.txt`, "x");
    const response = await fetch("/a.txt");
    assertEquals(response.headers.get("content-type"), "text/x-own", "--header counts");
    await response.body?.cancel();
  });
});

Deno.test("files: listings are sorted and paged, with breadcrumbs and folder sizes", async () => {
  await withApp({ title: "Ada's" }, async (fetch, path) => {
    await Deno.mkdir(`${path}/a b/c`, { recursive: true });
    await Deno.writeTextFile(`${path}/a b/c/deep.txt`, "x".repeat(1500));
    await Deno.writeTextFile(`${path}/a b/big.txt`, "x".repeat(2500));
    await Deno.writeTextFile(`${path}/a b/new.txt`, "x");
    await Deno.writeTextFile(`${path}/a b/zero.txt`, "");
    await Deno.utime(`${path}/a b/big.txt`, 1e9, 1e9);
    await Deno.utime(`${path}/a b/zero.txt`, 1.1e9, 1.1e9);
    const names = async (query: string): Promise<string[]> => {
      const page = await (await fetch(`/a%20b/${query}`)).text();
      return Array.from(page.matchAll(/<td><a href="\.\/([^"]+)">/g), ([, name = ""]) => name);
    };
    const rows: [query: string, names: string[]][] = [
      ["", ["c/", "big.txt", "new.txt", "zero.txt"]],
      ["?order=desc", ["c/", "zero.txt", "new.txt", "big.txt"]],
      ["?sort=size", ["c/", "zero.txt", "new.txt", "big.txt"]],
      ["?sort=size&order=desc", ["c/", "big.txt", "new.txt", "zero.txt"]],
      ["?sort=time", ["c/", "big.txt", "zero.txt", "new.txt"]],
      ["?sort=nonsense&page=nonsense", ["c/", "big.txt", "new.txt", "zero.txt"]],
    ];
    for (const [query, expected] of rows) assertEquals(await names(query), expected, query);
    const page = await (await fetch("/a%20b/c/?sort=size")).text();
    for (
      const part of [
        `<a href="../../">Ada&#39;s</a> › <a href="../">a b</a> ›</nav>`,
        "<h1>c/</h1>",
        "<title>Ada&#39;s /a b/c/</title>",
        "<main>",
        `<th scope="col" aria-sort="ascending"><a href="?sort=size&amp;order=desc">Size`,
      ]
    ) assert(page.includes(part), `${part} in ${page}`);
    assertMatch(await (await fetch("/")).text(), /a b\/<\/a><\/td><td>4\.00 kB<\/td>/);
  });
});

Deno.test("files: a folder of 50,000 files is listed fast, in pages", async () => {
  await withApp({}, async (fetch, path) => {
    await Deno.mkdir(`${path}/many`);
    for (let at = 0; at < 50_000; at++) Deno.writeTextFileSync(`${path}/many/${at}.txt`, "x");
    await Deno.mkdir(`${path}/more`);
    await Deno.writeTextFile(`${path}/more/a.txt`, "four");
    const started = performance.now();
    const page = await (await fetch("/many/?page=2")).text();
    const took = performance.now() - started;
    assertEquals(page.match(/<time/g)?.length, 1000);
    assertMatch(page, /"\.\/1000\.txt"[^]*"\.\/1999\.txt"/);
    assertMatch(page, /<a href="\?">Previous<\/a> Page 2 of 50 <a href="\?page=3">Next<\/a>/);
    assert(took < 3000, `${took} ms`); // took 6 s, with a page of 7 MB
    assertMatch(await (await fetch("/many/?page=999")).text(), /"\.\/49999\.txt"[^]*Page 50 of 50/);
    const lines = await (await fetch("/many/?raw=true")).text();
    assertEquals(lines.split("\n").length, 50_001);
    // Its size is a lower bound, that of the next folder is exact.
    const top = await (await fetch("/")).text();
    assertMatch(top, /many\/<\/a><\/td><td>over 1\.00 kB<\/td>/);
    assertMatch(top, /more\/<\/a><\/td><td>4 bytes<\/td>/);
  });
});

Deno.test("files: deleting asks for confirmation without scripts", async () => {
  await withApp({ remove: true }, async (fetch, path) => {
    await Deno.writeTextFile(`${path}/a&b.txt`, "x");
    const listing = await (await fetch("/")).text();
    assertMatch(listing, /<form class="remove"><button name="confirm" value="a&amp;b\.txt"/);
    const page = await (await fetch("/?confirm=a%26b.txt")).text();
    assertMatch(page, /<h1>Delete a&amp;b\.txt\?<\/h1>/);
    assertMatch(
      page,
      /<form method="post" action="\.\/"><button name="remove" value="a&amp;b\.txt">/,
    );
    assert(Deno.statSync(`${path}/a&b.txt`).isFile, "asking deletes nothing");
    assertMatch(await (await fetch("/?confirm=../x")).text(), /<table>/);
    const body = new URLSearchParams({ remove: "a&b.txt" });
    assertEquals(await statusOf(fetch, "/", { method: "POST", body }), 200);
    assertEquals(Array.from(Deno.readDirSync(path)), []);
  });
  await withApp({}, async (fetch) => {
    assertMatch(await (await fetch("/?confirm=x")).text(), /<table>/);
  });
});

Deno.test({
  name: "files: an archive lists skipped files",
  ignore: Deno.build.os === "windows",
  async fn() {
    await withApp({}, async (fetch, path) => {
      await Deno.mkdir(`${path}/all`);
      await Deno.mkdir(`${path}/some/shut`, { recursive: true });
      await Deno.writeTextFile(`${path}/all/a.txt`, "a");
      await Deno.writeTextFile(`${path}/some/b.txt`, "b");
      await Deno.writeTextFile(`${path}/some/.hidden`, "h");
      await Deno.symlink(path, `${path}/some/loop`);
      const archived = async (target: string): Promise<string> =>
        new TextDecoder().decode(await (await fetch(target)).bytes());
      for (const kind of ["tar", "zip"]) {
        assert(!(await archived(`/all/?archive=${kind}`)).includes("LEFT-OUT"), kind);
        const text = await archived(`/some/?archive=${kind}`);
        assertMatch(text, /some\/LEFT-OUT\.txt/, kind);
        assertMatch(text, /some\/loop: a link\n/, kind);
        assertMatch(text, /some\/b\.txt/, kind);
        assert(!text.includes(".hidden"), kind);
      }
    });
  },
});

Deno.test("files: a form holds at most 1,000 parts", async () => {
  await withApp({ upload: "", mkdir: true }, async (fetch) => {
    const part = `--x\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n`;
    const headers = { "content-type": "multipart/form-data; boundary=x" };
    for (const [fields, status] of [[999, 201], [1000, 413], [100_001, 413]] as const) {
      const body = `${part.repeat(fields)}--x\r\ncontent-disposition: form-data; name="file"; ` +
        `filename="${fields}.txt"\r\n\r\nhello\r\n--x--\r\n`;
      const response = await fetch("/", { method: "POST", body, headers });
      assertEquals(response.status, status, await response.text());
    }
  });
});

Deno.test("files: a name too long for file systems is 400", async () => {
  await withApp({ mkdir: true }, async (fetch, path) => {
    for (const [name, status] of [["a".repeat(300), 400], ["é".repeat(128), 400]] as const) {
      const body = new URLSearchParams({ mkdir: name });
      assertEquals((await fetch("/", { method: "POST", body })).status, status);
    }
    assertEquals([...Deno.readDirSync(path)], []);
  });
});

import { assert, assertEquals, assertMatch } from "@std/assert";
import { assertTable, hasProgram, serving, tempDir } from "./_cli.ts";

const USAGE = 64;

async function withFolder(body: (path: string) => Promise<void>): Promise<void> {
  await using folder = await tempDir();
  const path = `${folder.path}/share`;
  await Deno.mkdir(`${path}/sub/deep`, { recursive: true });
  await Deno.mkdir(`${path}-secret`);
  await Deno.writeTextFile(`${path}-secret/x.txt`, "secret");
  await Deno.writeTextFile(`${path}/a.txt`, "hello, world");
  await Deno.writeTextFile(`${path}/sub/b <&"'.html`, "<b>bold</b>");
  await Deno.writeTextFile(`${path}/sub/deep/c.ts`, "export {};");
  await Deno.writeTextFile(`${path}/.hidden`, "hidden");
  await Deno.symlink(`${path}-secret`, `${path}/out`);
  await Deno.symlink(`${path}-secret/x.txt`, `${path}/out.txt`);
  await body(path);
}

async function get(url: string, init?: RequestInit): Promise<[number, string]> {
  const response = await fetch(url, { redirect: "manual", ...init });
  return [response.status, await response.text()];
}

async function upload(url: string, files: [name: string, text: string][], headers = {}) {
  const form = new FormData();
  for (const [name, text] of files) form.append("file", new Blob([text]), name);
  return await get(url, { method: "POST", body: form, headers });
}

function basic(text: string): HeadersInit {
  return { authorization: `Basic ${btoa(text)}` };
}

Deno.test("files: folders are listed, files sent, nothing from outside", async () => {
  await withFolder(async (path) => {
    await using server = await serving(["files", path]);
    const { url } = server;
    const rows: [name: string, path: string, status: number, body: string | RegExp][] = [
      ["1b listing", "/", 200, /<h1>\/<\/h1>[^]*<a href="\.\/sub\/">sub\/<\/a>[^]*a\.txt/],
      ["1b names are text", "/sub/", 200, />b &lt;&amp;&quot;&#39;\.html</],
      ["1b raw listing", "/?raw=true", 200, "sub/\na.txt\n"],
      ["1b a folder without its slash", "/sub", 308, /.*/],
      ["1b file", "/a.txt", 200, "hello, world"],
      ["1b hidden", "/.hidden", 404, /404/],
      ["1b a link that leads out", "/out.txt", 404, /404/],
      ["1b a folder that leads out", "/out/", 404, /404/],
      ["1b an archive of one", "/out/?archive=zip", 404, /404/],
      ["L a sibling with the same beginning", "/..%2fshare-secret/x.txt", 405, /.*/],
      ["missing", "/nope", 404, /404/],
      ["an archive of another kind", "/?archive=rar", 400, /zip, tar\.gz, tar/],
    ];
    for (const [name, target, status, body] of rows) {
      const [actual, text] = await get(url + target);
      assertEquals(actual, status, `${name}: ${text}`);
      if (typeof body === "string") assertEquals(text, body, name);
      else assertMatch(text, body, name);
    }
    const page = await fetch(`${url}/`);
    assertMatch(page.headers.get("content-security-policy") ?? "", /default-src 'none'/);
    assert(!/out|hidden|archive=rar/.test(await page.text()));
    const range = await fetch(`${url}/a.txt`, { headers: { range: "bytes=7-" } });
    assertEquals([range.status, await range.text()], [206, "world"]);
    const etag = range.headers.get("etag") ?? "";
    assertEquals((await get(`${url}/a.txt`, { headers: { "if-none-match": etag } }))[0], 304);
    const type = await fetch(`${url}/sub/deep/c.ts`);
    assertMatch(type.headers.get("content-type") ?? "", /typescript/);
    assertEquals(type.headers.get("x-content-type-options"), "nosniff");
    await type.body?.cancel();
    const [refused] = await upload(`${url}/`, [["n.txt", "x"]]);
    assertEquals(refused, 403);
  });
});

Deno.test("files: uploads, whole folders, duplicates, limits", async () => {
  await withFolder(async (path) => {
    await using server = await serving(["files", "-u", "--max-size", "10k", path]);
    const { url } = server;
    const rows: [string, string, [string, string][], number, RegExp][] = [
      ["1b a file", "/", [["n.txt", "new"]], 201, /^saved n\.txt \(3 bytes\)\n$/],
      ["1b into a folder", "/sub/", [["n.txt", "new"]], 201, /^saved sub\/n\.txt/],
      [
        "1b a folder of files, #214",
        "/",
        [["f/g/h.txt", "1"], ["f/i.txt", "2"]],
        201,
        /f\/g\/h\.txt/,
      ],
      ["1b a name that exists", "/", [["a.txt", "evil"]], 409, /a\.txt/],
      ["L a path upwards", "/", [["../../e.txt", "x"]], 400, /may not contain/],
      ["L a path of Windows", "/", [["..\\..\\e.txt", "x"]], 400, /may not contain/],
      ["L through a link", "/", [["out/e.txt", "x"]], 403, /no folder/],
      ["L a hidden name is made visible", "/", [[".profile", "x"]], 201, /saved profile/],
      ["L an escape sequence", "/", [["a\x1b[31m.txt", "x"]], 201, /saved a_\[31m\.txt/],
      ["1b too large", "/", [["big", "x".repeat(10_001)]], 413, /10000/],
      ["no folder", "/nope/", [["x", "x"]], 404, /404/],
      ["no file", "/", [], 400, /.*/],
    ];
    for (const [name, target, files, status, body] of rows) {
      const [actual, text] = await upload(url + target, files);
      assertEquals(actual, status, `${name}: ${text}`);
      assertMatch(text, body, name);
    }
    assertEquals(await Deno.readTextFile(`${path}/a.txt`), "hello, world");
    assertEquals(await Deno.readTextFile(`${path}/f/g/h.txt`), "1");
    const left = await Array.fromAsync(Deno.readDir(path), (each) => each.name);
    assert(!left.some((name) => name.includes(".part") || name === "big"), left.join());
    const [forged, why] = await upload(`${url}/`, [["x", "x"]], { origin: "http://evil.example" });
    assertEquals(forged, 403, why);
    const [own] = await upload(`${url}/`, [["own.txt", "x"]], { origin: url });
    assertEquals(own, 201);
    assertMatch((await get(`${url}/`))[1], /webkitdirectory/);
    if (await hasProgram("curl")) {
      const { stdout } = await new Deno.Command("curl", {
        args: ["-s", "-F", `file=@${path}/a.txt;filename=by-curl.txt`, `${url}/`],
      }).output();
      assertEquals(new TextDecoder().decode(stdout), "saved by-curl.txt (12 bytes)\n");
    }
  });
});

Deno.test("files: what happens to duplicates, and where uploads may go", async () => {
  await withFolder(async (path) => {
    await using renamed = await serving(["files", path, "-u", "sub", "--on-duplicate", "rename"]);
    assertEquals(
      (await upload(`${renamed.url}/sub/`, [["x.txt", "1"]]))[1],
      "saved sub/x.txt (1 bytes)\n",
    );
    assertEquals(
      (await upload(`${renamed.url}/sub/`, [["x.txt", "2"]]))[1],
      "saved sub/x-1.txt (1 bytes)\n",
    );
    assertEquals((await upload(`${renamed.url}/sub/deep/`, [["x.txt", "3"]]))[0], 201);
    assertEquals((await upload(`${renamed.url}/`, [["x.txt", "1"]]))[0], 403);
    await using over = await serving(["files", "--upload=sub", "--on-duplicate=overwrite", path]);
    assertEquals((await upload(`${over.url}/sub/`, [["x.txt", "new"]]))[0], 201);
    assertEquals(await Deno.readTextFile(`${path}/sub/x.txt`), "new");
  });
});

Deno.test("files: credentials for everything, or for uploads", async () => {
  await withFolder(async (path) => {
    const hash = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"; // secret
    await using all = await serving([
      "files",
      "-a",
      "ada:pass:word",
      "-a",
      `bob:sha256:${hash}`,
      path,
    ]);
    const rows: [name: string, headers: HeadersInit, status: number][] = [
      ["1b none", {}, 401],
      ["1b right, a colon in it", basic("ada:pass:word"), 200],
      ["1b by its digest", basic("bob:secret"), 200],
      ["1b wrong", basic("ada:secret"), 401],
      ["1b another's", basic("bob:pass:word"), 401],
      ["1b empty", basic(":"), 401],
      ["no base64", { authorization: "Basic ***" }, 401],
    ];
    for (const [name, headers, status] of rows) {
      assertEquals((await get(`${all.url}/a.txt`, { headers }))[0], status, name);
    }
    await using some = await serving(["files", "-u", "--auth-upload", "ada:secret", path]);
    assertEquals((await get(`${some.url}/a.txt`))[0], 200);
    assertEquals((await upload(`${some.url}/`, [["u.txt", "x"]]))[0], 401, "#1516");
    assertEquals((await upload(`${some.url}/`, [["u.txt", "x"]], basic("ada:secret")))[0], 201);
  });
});

Deno.test("files: archives as they are made, single-page fallback, one file, QR code", async () => {
  await withFolder(async (path) => {
    await using server = await serving(["files", "-q", path]);
    await server.running.waitFor(/█/);
    for (const [kind, list] of [["tar", "tf"], ["tar.gz", "tzf"]] as const) {
      const reply = await fetch(`${server.url}/sub/?archive=${kind}`);
      assertMatch(reply.headers.get("content-disposition") ?? "", /filename\*=UTF-8''sub\.tar/);
      const child = new Deno.Command("tar", {
        args: [list, "-"],
        stdin: "piped",
        stdout: "piped",
      }).spawn();
      await reply.body?.pipeTo(child.stdin);
      const { stdout } = await child.output();
      const names = new TextDecoder().decode(stdout).trim().split("\n").sort();
      assertEquals(names, [`sub/b <&"'.html`, "sub/deep/c.ts"], kind);
    }
    const zip = await (await fetch(`${server.url}/?archive=zip`)).bytes();
    const names = [
      ...new TextDecoder("latin1").decode(zip).matchAll(
        // deno-lint-ignore no-control-regex -- control characters are what is looked for
        /PK\x01\x02[^]{42}(share\/[^]*?)(?=PK|\x75\x70|$)/g,
      ),
    ];
    assertEquals(names.length, 3);

    await using spa = await serving(["files", "--spa", "--no-listing", path]);
    await Deno.writeTextFile(`${path}/index.html`, "<h1>page</h1>");
    assertEquals(await get(`${spa.url}/some/route`), [200, "<h1>page</h1>"]);
    assertEquals((await get(`${spa.url}/missing.js`))[0], 404);
    assertEquals((await get(`${spa.url}/sub/`))[0], 403);

    await using one = await serving(["files", `${path}/a.txt`]);
    assertEquals(await get(`${one.url}/`), [200, "hello, world"]);
    assertEquals(await get(`${one.url}/a.txt`), [200, "hello, world"]);
    assertEquals((await get(`${one.url}/b.txt`))[0], 404);
  });
});

Deno.test("files bound to this machine answers to its names alone", async () => {
  await withFolder(async (path) => {
    await using server = await serving(["files", path]);
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    await connection.write(new TextEncoder().encode(
      "GET /a.txt HTTP/1.1\r\nHost: rebound.example\r\nConnection: close\r\n\r\n",
    ));
    assertMatch(await new Response(connection.readable).text(), /^HTTP\/1\.1 421 /);
  });
});

Deno.test("files refuses what it cannot serve", async () => {
  await withFolder(async (path) => {
    await assertTable([
      ["no such folder", ["files", `${path}/nope`], {
        code: USAGE,
        stderr: /there is no such file/,
      }],
      ["credentials without a password", ["files", "-a", "ada", path], {
        code: USAGE,
        stderr: /--auth: expected USER:PASS/,
      }],
      ["a digest that is none", ["files", "-a", "ada:sha256:12", path], {
        code: USAGE,
        stderr: /is not 64 hex digits/,
      }],
      ["uploads to a file", ["files", "-u", `${path}/a.txt`], {
        code: USAGE,
        stderr: /a single file/,
      }],
      ["uploads to nowhere", ["files", path, "-u", "nope"], {
        code: USAGE,
        stderr: /no folder nope/,
      }],
      ["uploads out of it", ["files", path, "-u", "../x"], { code: USAGE, stderr: /no folder/ }],
      ["a size that is none", ["files", "--max-size", "many", path], {
        code: USAGE,
        stderr: /"many"/,
      }],
    ]);
  });
});

Deno.test("files: an upload that is refused is read to its end, as browsers send all of it", async () => {
  await withFolder(async (path) => {
    await using server = await serving(["files", "-u", "--max-size", "1k", path]);
    using connection = await Deno.connect({ hostname: "localhost", port: server.port });
    const body = new Uint8Array(24 * 1024 ** 2);
    body.set(new TextEncoder().encode(
      '--B\r\nContent-Disposition: form-data; name="file"; filename="big.bin"\r\n\r\n',
    ));
    const head = `POST / HTTP/1.1\r\nHost: localhost:${server.port}\r\n` +
      `Content-Type: multipart/form-data; boundary=B\r\nContent-Length: ${body.length}\r\n\r\n`;
    await connection.write(new TextEncoder().encode(head));
    // Older versions of Deno close the connection instead; either way nothing hangs.
    for (let at = 0; at < body.length;) {
      const sent = await connection.write(body.subarray(at, at + 65536)).catch(() => null);
      if (sent === null) return;
      at += sent;
    }
    const buffer = new Uint8Array(1024);
    const count = await connection.read(buffer) ?? 0;
    assertMatch(new TextDecoder().decode(buffer.subarray(0, count)), /^HTTP\/1\.1 413 /);
  });
});

import { createHash } from "node:crypto";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { until } from "../_until.ts";
import { assertTable, hasProgram, runtimeIs, serving, startCli, tempDir } from "./_cli.ts";

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
      ["listing", "/", 200, /<h1>\/<\/h1>[^]*<a href="\.\/sub\/">sub\/<\/a>[^]*a\.txt/],
      ["names are text", "/sub/", 200, />b &lt;&amp;&quot;&#39;\.html</],
      ["raw listing", "/?raw=true", 200, "sub/\na.txt\n"],
      ["a folder without its slash", "/sub", 308, /.*/],
      ["file", "/a.txt", 200, "hello, world"],
      ["hidden", "/.hidden", 404, /404/],
      ["a link that leads out", "/out.txt", 404, /404/],
      ["a folder that leads out", "/out/", 404, /404/],
      ["an archive of one", "/out/?archive=zip", 404, /404/],
      ["a sibling with the same beginning", "/..%2fshare-secret/x.txt", 405, /.*/],
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
    assert(!/"\.\/(?:out|\.hidden)|archive=rar/.test(await page.text()));
    const range = await fetch(`${url}/a.txt`, { headers: { range: "bytes=7-" } });
    assertEquals([range.status, await range.text()], [206, "world"]);
    const etag = range.headers.get("etag") ?? "";
    assertEquals((await get(`${url}/a.txt`, { headers: { "if-none-match": etag } }))[0], 304);
    const type = await fetch(`${url}/sub/deep/c.ts`);
    assertMatch(type.headers.get("content-type") ?? "", /^text\/plain; charset=utf-8$/);
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
      ["a file", "/", [["n.txt", "new"]], 201, /^saved n\.txt \(3 bytes\)\n$/],
      ["into a folder", "/sub/", [["n.txt", "new"]], 201, /^saved sub\/n\.txt/],
      [
        "a folder of files, #214",
        "/",
        [["f/g/h.txt", "1"], ["f/i.txt", "2"]],
        201,
        /f\/g\/h\.txt/,
      ],
      ["a name that exists", "/", [["a.txt", "evil"]], 409, /a\.txt/],
      ["a path upwards", "/", [["../../e.txt", "x"]], 400, /may not contain/],
      ["a path of Windows", "/", [["..\\..\\e.txt", "x"]], 400, /may not contain/],
      ["through a link", "/", [["out/e.txt", "x"]], 403, /not a folder/],
      ["a hidden name is made visible", "/", [[".profile", "x"]], 201, /saved profile/],
      ["an escape sequence", "/", [["a\x1b[31m.txt", "x"]], 201, /saved a_\[31m\.txt/],
      ["too large", "/", [["big", "x".repeat(10_001)]], 413, /10000/],
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

Deno.test("files -u: what a killed server left is removed by the next one after an hour", async () => {
  await withFolder(async (path) => {
    const parts = () => [...Deno.readDirSync(path)].filter(({ name }) => name.endsWith(".part"));
    {
      await using server = await serving(["files", path, "-u"]);
      const { port, running } = server;
      using connection = await Deno.connect({ hostname: "127.0.0.1", port });
      const head = `POST / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: 1000000\r\n` +
        "Content-Type: multipart/form-data; boundary=B\r\n\r\n--B\r\n" +
        'Content-Disposition: form-data; name="file"; filename="big"\r\n\r\n';
      await connection.write(new TextEncoder().encode(head + "x".repeat(200_000)));
      while (parts().length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      running.child.kill("SIGKILL");
      await running.exitCode();
    }
    for (const [age, left] of [[0, 1], [2 * 3_600_000, 0]] as const) {
      const then = new Date(Date.now() - age);
      for (const { name } of parts()) await Deno.utime(`${path}/${name}`, then, then);
      await using _ = await serving(["files", path, "-u"]);
      await until(() => parts().length <= left, () => `${parts().length} files are left`);
      assertEquals(parts().length, left);
    }
  });
});

Deno.test("files: duplicates, and the folder for uploads", async () => {
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
      "-a",
      `eve:SHA512:${createHash("sha512").update("geheim").digest("hex")}`,
      path,
    ]);
    const rows: [name: string, headers: HeadersInit, status: number][] = [
      ["none", {}, 401],
      ["right, a colon in it", basic("ada:pass:word"), 200],
      ["by its digest", basic("bob:secret"), 200],
      ["by SHA-512", basic("eve:geheim"), 200],
      ["the digest is not accepted as a password", basic(`bob:sha256:${hash}`), 401],
      ["wrong", basic("ada:secret"), 401],
      ["another's", basic("bob:pass:word"), 401],
      ["empty", basic(":"), 401],
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
    assertEquals(names.length, 4); // three files, and the list of skipped ones

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

Deno.test("files bound to localhost answers only to local names", async () => {
  await withFolder(async (path) => {
    await using server = await serving(["files", path]);
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    await connection.write(new TextEncoder().encode(
      "GET /a.txt HTTP/1.1\r\nHost: rebound.example\r\nConnection: close\r\n\r\n",
    ));
    assertMatch(await new Response(connection.readable).text(), /^HTTP\/1\.1 421 /);
  });
});

Deno.test("files refuses invalid options and folders", async () => {
  await withFolder(async (path) => {
    await assertTable([
      ["no such folder", ["files", `${path}/nope`], {
        code: USAGE,
        stderr: /no such file/,
      }],
      ["credentials without a password", ["files", "-a", "ada", path], {
        code: USAGE,
        stderr: /--auth: expected USER:PASS/,
      }],
      ["an invalid digest", ["files", "-a", "ada:sha256:12", path], {
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
      ["an invalid size", ["files", "--max-size", "many", path], {
        code: USAGE,
        stderr: /"many"/,
      }],
    ]);
  });
});

Deno.test("files: a refused upload is read to its end, as browsers send all of it", async () => {
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

Deno.test("files --mkdir and --rm-files change only served files", async () => {
  await withFolder(async (path) => {
    const send = (url: string, body: string, headers = {}): Promise<[number, string]> =>
      get(url, { method: "POST", body: new URLSearchParams(body), headers });
    {
      await using plain = await serving(["files", "-u", path]);
      const page = await (await fetch(`${plain.url}/`)).text();
      assert(!/New folder|>Delete/.test(page));
      assertMatch((await send(`${plain.url}/`, "mkdir=x"))[1], /403: [^\n]*--mkdir/);
      assertMatch((await send(`${plain.url}/`, "remove=a.txt"))[1], /403: [^\n]*--rm-files/);
      assertEquals((await get(`${plain.url}/a.txt`, { method: "DELETE" }))[0], 403);
    }
    await using server = await serving(["files", "--mkdir", "--rm-files", path]);
    const { url } = server;
    assertMatch(await (await fetch(`${url}/`)).text(), /New folder[^]*Delete a\.txt/);
    const rows: [name: string, path: string, body: string, status: number, text: RegExp][] = [
      ["a folder", "/", "mkdir=new one", 201, /^made new one\/\n$/],
      ["one that exists", "/", "mkdir=sub", 409, /sub exists/],
      ["one inside", "/new%20one/", "mkdir=inner", 201, /made/],
      ["one outside", "/", "mkdir=../evil", 400, /not a valid name/],
      ["by a link", "/out/", "mkdir=evil", 404, /404/],
      ["hidden", "/", "mkdir=.evil", 400, /not a valid name/],
      ["a zero byte", "/", "mkdir=a%00b", 400, /not a valid name/],
      ["nothing", "/", "mkdir=", 400, /not a valid name/],
      ["neither", "/", "a=1", 400, /neither mkdir nor remove/],
      ["delete", "/sub/deep/", "remove=c.ts", 200, /^removed c\.ts\n$/],
      ["missing", "/", "remove=nope", 404, /nope does not exist/],
      ["outside", "/", "remove=../share-secret", 400, /not a valid name/],
      ["everything", "/", "remove=.", 400, /not a valid name/],
      ["hidden", "/", "remove=.hidden", 400, /not a valid name/],
      ["in a folder that leads out", "/out/", "remove=x.txt", 404, /404/],
      ["a link is removed, not its target", "/", "remove=out", 200, /removed/],
      ["no uploads without -u", "/", "x", 400, /neither/],
      ["too long a form", "/", `mkdir=${"a".repeat(70_000)}`, 413, /exceeded/],
    ];
    for (const [name, target, body, status, text] of rows) {
      const [actual, reply] = await send(url + target, body);
      assertEquals(actual, status, `${name}: ${reply}`);
      assertMatch(reply, text, name);
    }
    assertEquals((await send(`${url}/`, "mkdir=x", { origin: "http://evil.example" }))[0], 403);
    assertEquals((await send(`${url}/`, "mkdir=page", { accept: "text/html" }))[0], 303);
    const remove = async (target: string, headers = {}): Promise<number> =>
      (await get(url + target, { method: "DELETE", headers }))[0];
    assertEquals(await remove("/a.txt", { origin: "http://evil.example" }), 403);
    assertEquals(await remove("/a.txt"), 200);
    assertEquals(await remove("/a.txt"), 404);
    assertEquals(await remove("/new%20one/"), 200);
    assertEquals(await remove("/"), 403);
    assertEquals(await remove("/..%2fshare-secret"), 400);
    const left = [...Deno.readDirSync(path)].map(({ name }) => name).sort();
    assertEquals(left, [".hidden", "out.txt", "page", "sub"]);
    assertEquals(await Deno.readTextFile(`${path}-secret/x.txt`), "secret");
  });
  await withFolder(async (path) => {
    // Folders closed to uploads are closed to other forms too.
    const args = ["--upload=sub", "--mkdir", "--rm-files", "--auth-upload", "ada:pw", path];
    await using server = await serving(["files", ...args]);
    const { url } = server;
    const post = async (target: string, body: string, headers = {}): Promise<number> =>
      (await get(url + target, { method: "POST", body: new URLSearchParams(body), headers }))[0];
    assertEquals(await post("/sub/", "mkdir=x"), 401);
    assertEquals(await post("/sub/", "mkdir=x", basic("ada:pw")), 201);
    assertEquals(await post("/", "remove=a.txt", basic("ada:pw")), 403);
    const first = await get(`${url}/sub/x`, { method: "DELETE" });
    assertEquals(first[0], 401);
  });
});

Deno.test("files: title, pretty URLs, cross-origin reading", async () => {
  await withFolder(async (path) => {
    await Deno.writeTextFile(`${path}/about.html`, "<h1>About</h1>");
    await Deno.writeTextFile(`${path}-secret/page.html`, "secret");
    await Deno.symlink(`${path}-secret/page.html`, `${path}/leak.html`);
    const options = ["--title", "Ada's <files>", "--pretty-urls", "--cors"];
    await using server = await serving(["files", ...options, path]);
    const { url } = server;
    const rows: [name: string, path: string, status: number, body: string | RegExp][] = [
      ["title", "/sub/", 200, /<title>Ada&#39;s &lt;files&gt; \/sub\/<\/title>/],
      ["pretty", "/about", 200, "<h1>About</h1>"],
      ["a link that leads out is missing", "/leak", 404, /404/],
      ["missing", "/nope", 404, /404/],
    ];
    for (const [name, target, status, body] of rows) {
      const [actual, text] = await get(url + target);
      assertEquals(actual, status, `${name}: ${text}`);
      if (typeof body === "string") assertEquals(text, body, name);
      else assertMatch(text, body, name);
    }
    const file = await fetch(`${url}/about.html`);
    await file.body?.cancel();
    assertEquals(file.headers.get("access-control-allow-origin"), "*");
    assertEquals((await get(`${url}/about`, { method: "HEAD" }))[0], 200);
  });
});

Deno.test("files below a prefix, a random path, and a health route", async () => {
  await withFolder(async (path) => {
    const options = ["--route-prefix", "/my/files/", "--health", "/healthz", "--auth", "ada:pw"];
    await using server = startCli(["files", "-P", "0", "-u", ...options, path]);
    const [, url = ""] = await server.waitFor(/Running on (http:\/\/[^ ]+\/) =/);
    assertMatch(url, /^http:\/\/localhost:\d+\/my\/files\/$/);
    const headers = basic("ada:pw");
    const rows: [path: string, status: number, text: RegExp][] = [
      ["a.txt", 200, /^hello, world$/],
      ["sub", 308, /.*/],
      ["sub/", 200, /<a href="\.\.\/">\/<\/a> ›<\/nav>\n<h1>sub\/<\/h1>/],
      ["sub/?archive=tar", 200, /ustar/],
      ["../../a.txt", 404, /404/],
      ["../%66iles/a.txt", 200, /^hello, world$/],
      ["..%2f..%2fa.txt", 405, /405/],
    ];
    for (const [target, status, text] of rows) {
      const [actual, body] = await get(url + target, { headers });
      assertEquals(actual, status, `${target}: ${body}`);
      assertMatch(body, text, target);
    }
    const [, bare] = await get(url.replace(/\/$/, ""), { headers, redirect: "follow" });
    assertMatch(bare, /<h1>\/<\/h1>/);
    assertEquals((await upload(`${url}sub/`, [["n.txt", "new"]], headers))[0], 201);
    assertEquals(await Deno.readTextFile(`${path}/sub/n.txt`), "new");
    // The health check needs no password.
    const { origin } = new URL(url);
    assertEquals(await get(`${origin}/healthz`), [200, "ready"]);
    assertEquals((await get(url))[0], 401);
  });
  await withFolder(async (path) => {
    const seen = new Set<string>();
    for (const _ of [1, 2]) {
      await using server = startCli(["files", "-P", "0", "--random-route", path]);
      const [, url = ""] = await server.waitFor(/Running on (http:\/\/[^ ]+\/) =/);
      assertMatch(new URL(url).pathname, /^\/[0-9a-f]{16}\/$/);
      assertEquals(await get(`${url}a.txt`), [200, "hello, world"]);
      assertEquals((await get(`${new URL(url).origin}/a.txt`))[0], 404);
      seen.add(url);
    }
    assertEquals(seen.size, 2);
  });
});

Deno.test("files: credentials from a file, options from the environment, a browser", async () => {
  await withFolder(async (path) => {
    const users = `${path}-secret/users`;
    const bob = "81b637d8fcd2c6da6359e6963113a1170de795e4b725b84d1e0b4cfd9ec58ce9"; // "bob"
    await Deno.writeTextFile(users, `# who may\n\nada:p:w\r\nbob:sha256:${bob}\n`);
    await using server = await serving(["files", "--auth-file", users, path]);
    for (const [who, status] of [["ada:p:w", 200], ["bob:bob", 200], ["ada:pw", 401]] as const) {
      assertEquals((await get(`${server.url}/a.txt`, { headers: basic(who) }))[0], status, who);
    }
    await Deno.writeTextFile(`${path}-secret/nobody`, "# nobody\n");
    const usage = (text: string): RegExp => new RegExp(`error: ${text}`);
    await assertTable([
      ["no accounts", ["files", "--auth-file", `${path}-secret/nobody`, path], {
        code: USAGE,
        stderr: usage("argument --auth-file: .* has no accounts"),
      }],
      ["no file", ["files", "--auth-file", `${path}/nope`, path], {
        code: USAGE,
        stderr: usage("argument --auth-file: cannot read"),
      }],
      ["a prefix that climbs", ["files", "--route-prefix", "a/../b", path], {
        code: USAGE,
        stderr: usage("argument --route-prefix: "),
      }],
      ["no health path", ["files", "--health", "healthz", path], {
        code: USAGE,
        stderr: usage("argument --health: "),
      }],
      ["a port of the environment", ["files", path], {
        code: USAGE,
        stderr: usage('argument --port: "x" is not a whole number'),
      }, { env: { ROUNDTRIP_FILES_PORT: "x" } }],
      ["a switch", ["files", path], {
        code: USAGE,
        stderr: usage('ROUNDTRIP_FILES_SPA: "maybe" is neither 1 nor 0'),
      }, { env: { ROUNDTRIP_FILES_SPA: "maybe" } }],
      ["a choice", ["files", path], {
        code: USAGE,
        stderr: usage('ROUNDTRIP_FILES_ON_DUPLICATE: "x" is not one of error, overwrite, rename'),
      }, { env: { ROUNDTRIP_FILES_ON_DUPLICATE: "x" } }],
      // Without the invalid port this would run for ever.
      ["another subcommand's", ["files", "-P", "x", path], {
        code: USAGE,
        stderr: usage('argument --port: "x"'),
      }, { env: { ROUNDTRIP_SERVE_PORT: "1", ROUNDTRIP_FILES_PORT: "1" } }],
    ]);

    const opened = `${path}-secret/opened`;
    const browser = `${path}-secret/browser`;
    await Deno.writeTextFile(
      browser,
      `#!/bin/sh\necho "$@" > ${opened}.new\nmv ${opened}.new ${opened}\n`,
    );
    await Deno.chmod(browser, 0o755);
    const environment = {
      BROWSER: browser,
      ROUNDTRIP_FILES_AUTH: "ada:one\nbob:two",
      ROUNDTRIP_FILES_UPLOAD: "1",
      ROUNDTRIP_FILES_OPEN: "true",
      ROUNDTRIP_FILES_SPA: "0",
      ROUNDTRIP_FILES_TITLE: "not this",
      ROUNDTRIP_FILES_HIDDEN: "yes",
    };
    await using watcher = closing(Deno.watchFs(`${path}-secret`));
    await using own = startCli(["files", "-P", "0", "--title", "this", "--no-hidden", path], {
      env: environment,
    });
    const [, url = ""] = await own.waitFor(/Running on (http:\/\/[^ ]+) =/);
    assertEquals((await get(url))[0], 401);
    const [status, page] = await get(url, { headers: basic("bob:two") });
    assertEquals(status, 200);
    assertMatch(page, /<title>this \/<\/title>[^]*Upload/);
    assertEquals((await get(`${url}/.hidden`, { headers: basic("ada:one") }))[0], 404);
    for await (const { paths } of watcher.events) if (paths.includes(opened)) break;
    assertEquals(await Deno.readTextFile(opened), `${url}\n`);
  });
});

function closing(events: Deno.FsWatcher): { events: Deno.FsWatcher } & AsyncDisposable {
  return {
    events,
    [Symbol.asyncDispose]: () => {
      try {
        events.close();
      } catch {
        // Leaving the loop has closed it.
      }
      return Promise.resolve();
    },
  };
}

Deno.test("files: the other options do what their help says", async () => {
  await withFolder(async (path) => {
    await Deno.writeTextFile(`${path}/sub/start.htm`, "start");
    await Deno.writeTextFile(`${path}/a.txt.br`, "brotli");
    const args = ["--index", "start.htm", "--hidden", "--no-archives", "--access-log"];
    const header = ["--header", "cache-control: max-age=60", "--header", "x-one: 1"];
    await using server = await serving(["files", ...args, ...header, path]);
    const { url } = server;
    assertEquals(await get(`${url}/sub/`), [200, "start"]);
    assertEquals(await get(`${url}/.hidden`), [200, "hidden"]);
    assert(!/archive=/.test((await get(`${url}/`))[1]));
    assertMatch((await get(`${url}/?archive=zip`))[1], /<h1>/);
    const file = await fetch(`${url}/a.txt`, { method: "HEAD" });
    assertEquals(file.headers.get("cache-control"), "max-age=60");
    assertEquals(file.headers.get("x-one"), "1");
    await server.running.waitFor(/"GET \/sub\/ HTTP\/1\.1" 200 5 /);
  });
  await withFolder(async (path) => {
    await using server = startCli(["files", "-H", "0.0.0.0", "-P", "0", "-u", path]);
    const [, port = ""] = await server.waitFor(/Running on http:\/\/0\.0\.0\.0:(\d+) =/);
    await server.waitFor(/warning: everyone on the network can read and upload files; --auth/);
    assertEquals(await get(`http://127.0.0.1:${port}/a.txt`), [200, "hello, world"]);
    // Bound to all addresses, it answers to other names too.
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
    await connection.write(new TextEncoder().encode("GET / HTTP/1.0\r\nHost: my-pc.lan\r\n\r\n"));
    const buffer = new Uint8Array(20);
    await connection.read(buffer);
    assertMatch(new TextDecoder().decode(buffer), /^HTTP\/1\.[01] 200 /);
  });
  await withFolder(async (path) => {
    const env = { ROUNDTRIP_FILES_AUTH: "ada:pw" };
    await using server = startCli(["files", "-H", "0.0.0.0", "-P", "0", path], { env });
    await server.waitFor(/Running on/);
    assert(!/warning/.test(server.output()));
  });
});

Deno.test("files --compress sends gzip to clients that accept it", async () => {
  await withFolder(async (path) => {
    const text = "All work and no play.\n".repeat(1000);
    await Deno.writeTextFile(`${path}/long.txt`, text);
    await Deno.writeFile(`${path}/long.bin`, new Uint8Array(10_000));
    await using server = await serving(["files", "--compress", path]);
    const rows: [
      name: string,
      file: string,
      headers: HeadersInit,
      coding: string | null,
      status: number,
    ][] = [
      ["gzip", "long.txt", { "accept-encoding": "br, gzip;q=0.5" }, "gzip", 200],
      ["not taken", "long.txt", { "accept-encoding": "identity" }, null, 200],
      ["refused", "long.txt", { "accept-encoding": "gzip;q=0.0, *" }, null, 200],
      ["no text", "long.bin", { "accept-encoding": "gzip" }, null, 200],
      ["too short", "a.txt", { "accept-encoding": "gzip" }, null, 200],
      ["a range", "long.txt", { "accept-encoding": "gzip", "range": "bytes=0-9" }, null, 206],
    ];
    // Older versions of Deno compress text automatically.
    const older = !await runtimeIs(206);
    for (const [name, file, headers, coding, status] of rows) {
      if (older && coding === null && file.endsWith(".txt") && status === 200) continue;
      // Clients decode automatically, so the raw bytes are compared.
      const reply = await raw(server.port, `/${file}`, headers);
      assertEquals(reply.status, status, name);
      assertEquals(reply.headers.get("content-encoding"), coding, name);
      const size = status === 206 ? 10 : (await Deno.stat(`${path}/${file}`)).size;
      if (coding === null) assertEquals(Number(reply.headers.get("content-length")), size, name);
      else assert(!reply.headers.has("content-length"), name);
    }
    const reply = await fetch(`${server.url}/long.txt`);
    assertEquals(await reply.text(), text);
    const etag = reply.headers.get("etag") ?? "";
    assertMatch(etag, /^W\/"/);
    assertMatch(reply.headers.get("vary") ?? "", /Accept-Encoding/i);
    assertEquals(
      (await get(`${server.url}/long.txt`, { headers: { "if-none-match": etag } }))[0],
      304,
    );
  });
});

/** The raw head of a response. */
async function raw(
  port: number,
  path: string,
  headers: HeadersInit,
): Promise<{ status: number; headers: Headers }> {
  using connection = await Deno.connect({ hostname: "localhost", port });
  const lines = [...new Headers(headers)].map(([name, value]) => `${name}: ${value}\r\n`);
  await connection.write(
    new TextEncoder().encode(
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${lines.join("")}\r\n`,
    ),
  );
  const buffer = new Uint8Array(4096);
  const text = new TextDecoder("latin1").decode(
    buffer.subarray(0, await connection.read(buffer) ?? 0),
  );
  const [head = ""] = text.split("\r\n\r\n");
  const [first = "", ...rest] = head.split("\r\n");
  return {
    status: Number(first.split(" ")[1]),
    headers: new Headers(rest.map((line) => line.split(/:\s*(.*)/s, 2) as [string, string])),
  };
}

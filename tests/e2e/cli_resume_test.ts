import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { createHash } from "node:crypto";
import { WHOLE } from "../_whole.ts";
import { assertTable, cli, ROUNDTRIP, tempDir } from "./_cli.ts";

const SIZE = (WHOLE ? 1024 : 256) * 1024 ** 2; // bytes
const BLOCK = 1024 ** 2;

/** The block at an offset; all blocks differ. */
function block(index: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(NOISE);
  new DataView(bytes.buffer).setUint32(0, index);
  return bytes;
}

const NOISE = (() => {
  const bytes = new Uint8Array(BLOCK);
  let state = 1;
  for (let at = 0; at < BLOCK; at++) bytes[at] = (state = state * 48271 % 0x7fffffff) & 255;
  return bytes;
})();

/** SHA-256 of the whole file, computed while the first half is sent. */
async function expectedDigest(): Promise<string> {
  const hash = createHash("sha256");
  for (let index = 0; index < SIZE / BLOCK; index++) {
    hash.update(block(index));
    if (index % 32 === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  return hash.digest("hex");
}

async function digestOf(path: string): Promise<string> {
  using file = await Deno.open(path);
  const hash = createHash("sha256");
  const buffer = new Uint8Array(BLOCK);
  for (let count = await file.read(buffer); count !== null; count = await file.read(buffer)) {
    hash.update(buffer.subarray(0, count));
  }
  return hash.digest("hex");
}

/** A server of one large, generated file. */
function largeFile(): { url: string; ranges: (string | null)[] } & AsyncDisposable {
  const ranges: (string | null)[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const range = request.headers.get("range");
    ranges.push(range);
    const start = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
    const headers: Record<string, string> = { etag: '"one"', "accept-ranges": "bytes" };
    if (start >= SIZE) {
      headers["content-range"] = `bytes */${SIZE}`;
      return new Response(null, { status: 416, headers });
    }
    let at = start;
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        if (at >= SIZE) return controller.close();
        // The first client is killed before it has all.
        if (range === null && at >= SIZE / 2) return await new Promise(() => {});
        const piece = block(Math.floor(at / BLOCK)).subarray(at % BLOCK);
        at += piece.length;
        controller.enqueue(piece);
      },
    }, { highWaterMark: 0 });
    headers["content-length"] = `${SIZE - start}`;
    if (range === null) return new Response(body, { headers });
    headers["content-range"] = `bytes ${start}-${SIZE - 1}/${SIZE}`;
    return new Response(body, { status: 206, headers });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/big.bin`,
    ranges,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function start(args: readonly string[], cwd: string): Deno.ChildProcess {
  const [program = "", ...words] = ROUNDTRIP;
  return new Deno.Command(program, {
    args: [...words, ...args],
    cwd,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
}

/** Waits until a file has grown to a size. */
async function grown(path: string, size: number, child: Deno.ChildProcess): Promise<void> {
  let over = false;
  child.status.then(() => over = true);
  for (const deadline = Date.now() + 30_000;;) {
    const { size: now } = await Deno.stat(path).catch(() => ({ size: 0 }));
    if (now >= size) return;
    assert(!over && Date.now() < deadline, `${path} has ${now} bytes and no more`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

Deno.test("a large file is resumed after its process was killed, and is the same file", async () => {
  await using server = largeFile();
  await using folder = await tempDir();
  const cwd = folder.path;
  const part = `${cwd}/big.bin.part`;
  const first = start(["-d", "-c", server.url], cwd);
  await grown(part, SIZE / 4, first);
  first.kill("SIGKILL");
  assertEquals((await first.status).signal, "SIGKILL");
  const { size } = await Deno.stat(part);
  assert(size < SIZE, "it was killed too late");
  const [second, expected] = await Promise.all([
    cli(["-c", server.url], { cwd }), // without -o and -d the name is the URL's, httpie/cli#789
    expectedDigest(),
  ]);
  assertEquals(second.code, 0, second.stderr);
  assertEquals(server.ranges, [null, `bytes=${size}-`]);
  assertMatch(second.stderr, /Done\. .* \(.*\/s, .* were there\), saved to big\.bin/);
  assertEquals((await Deno.stat(`${cwd}/big.bin`)).size, SIZE);
  assertEquals(await digestOf(`${cwd}/big.bin`), expected);
  const names = await Array.fromAsync(Deno.readDir(cwd), (each) => each.name);
  assertEquals(names, ["big.bin"]);
  // A download killed before its rename: 416 means that it is complete.
  await Deno.rename(`${cwd}/big.bin`, part);
  const origin = {
    urlDigest: createHash("sha256").update(`${server.url}\n`).digest("hex"),
    validator: '"one"',
  };
  await Deno.writeTextFile(`${part}.json`, JSON.stringify(origin));
  const third = await cli(["-c", "-o", "./", server.url], { cwd });
  assertEquals(third.code, 0, third.stderr);
  assertEquals(server.ranges.at(-1), `bytes=${SIZE}-`);
  assertEquals((await Deno.stat(`${cwd}/big.bin`)).size, SIZE);
});

Deno.test("a resumed download starts over if the file has changed", async () => {
  let version = 1;
  let cut = true;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    const text = `${version}`.repeat(50_000);
    const etag = `"v${version}"`;
    const headers: Record<string, string> = { etag, "content-length": "50000" };
    if (cut) {
      let sent = false;
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (sent) return controller.close(); // shorter than its Content-Length
          sent = true;
          controller.enqueue(new TextEncoder().encode(text.slice(0, 20_000)));
        },
      });
      return new Response(body, { headers });
    }
    const range = /^bytes=(\d+)-$/.exec(request.headers.get("range") ?? "");
    if (range === null || request.headers.get("if-range") !== etag) {
      return new Response(text, { headers });
    }
    const at = Number(range[1]);
    headers["content-length"] = `${50_000 - at}`;
    // A server that sends another range than requested.
    const from = pathname === "/wrong" ? at - 1 : at;
    headers["content-range"] = `bytes ${from}-49999/50000`;
    return new Response(text.slice(at), { status: 206, headers });
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const rows: [name: string, path: string, next: number, fresh: boolean][] = [
    ["the same file", "/same", 1, false],
    ["another version", "/changed", 2, true],
    ["another piece than asked for", "/wrong", 1, true],
  ];
  for (const [name, path, next, fresh] of rows) {
    await using folder = await tempDir();
    const cwd = folder.path;
    [version, cut] = [1, true];
    const first = await cli(["-c", url + path], { cwd });
    assertEquals(first.code, 1, name);
    assertMatch(first.stderr, /not completed/, name);
    [version, cut] = [next, false];
    const second = await cli(["-c", url + path], { cwd });
    assertEquals(second.code, 0, `${name}: ${second.stderr}`);
    assertEquals(second.stderr.includes("were there"), !fresh, `${name}: ${second.stderr}`);
    assertEquals(await Deno.readTextFile(`${cwd}${path}`), `${next}`.repeat(50_000), name);
  }
  await server.shutdown();
});

Deno.test("-c: requests it does not apply to, and server errors", async () => {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/moved") return Response.redirect(new URL("/file", request.url));
    if (pathname === "/file") return new Response("hello", { headers: { etag: '"e"' } });
    return new Response("not here\n", { status: 404 });
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  await using folder = await tempDir();
  const cwd = folder.path;
  await Deno.mkdir(`${cwd}/sub`);
  await assertTable([
    ["POST", ["-c", `${url}/file`, "a=1"], { code: 64, stderr: /--continue is for GET/ }, { cwd }],
    ["404 is printed, not saved", ["-c", `${url}/none`], {
      code: 4,
      stdout: "not here\n",
      stderr: /HTTP 404 Not Found/,
    }, { cwd }],
    ["404, unchecked", ["--no-check-status", "-c", `${url}/none`], {
      code: 0,
      stdout: "not here\n",
    }, { cwd }],
    ["a redirect; the name is the one asked for", ["-c", `${url}/moved`], {
      code: 0,
      stderr: /saved to moved/,
    }, { cwd }],
    ["-o FOLDER/", ["-c", "-o", "sub/", `${url}/file`], { code: 0, stderr: /saved to sub\/file/ }, {
      cwd,
    }],
    ["-o FOLDER", ["-d", "-o", "sub", `${url}/moved`], { code: 0, stderr: /saved to sub\/moved/ }, {
      cwd,
    }],
    ["-q", ["-q", "-c", "-o", "quiet", `${url}/file`], { code: 0 }, { cwd }],
  ]);
  const names = await Array.fromAsync(Deno.readDir(cwd), (each) => each.name);
  assertEquals(names.sort(), ["moved", "quiet", "sub"]);
  assertStringIncludes(await Deno.readTextFile(`${cwd}/moved`), "hello");
  await server.shutdown();
});

/** Serves a file; each path behaves like another kind of server. */
function fileServer(
  whole: Uint8Array<ArrayBuffer>,
): { url: string; asked: string[] } & AsyncDisposable {
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    const range = request.headers.get("range");
    const condition = request.headers.get("if-range");
    asked.push([range, condition].filter((each) => each !== null).join(" if ") || "all");
    const headers: Record<string, string> = pathname === "/bare" ? {} : { etag: '"v2"' };
    if (pathname === "/named") headers["content-disposition"] = 'attachment; filename="own.bin"';
    const start = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? NaN);
    const other = condition !== null && condition !== '"v2"';
    if (Number.isNaN(start) || other || pathname === "/whole") {
      return new Response(whole, { headers });
    }
    if (start >= whole.length) {
      if (pathname !== "/mute") headers["content-range"] = `bytes */${whole.length}`;
      return new Response(null, { status: 416, headers });
    }
    headers["content-range"] = `bytes ${start}-${whole.length - 1}/${whole.length}`;
    return new Response(whole.subarray(start), { status: 206, headers });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    asked,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("-c resumes partial files of any program", async () => {
  const whole = crypto.getRandomValues(new Uint8Array(50_000));
  const long = new Uint8Array(60_000);
  await using server = fileServer(whole);
  const part = whole.subarray(0, 20_000);
  const rest = "bytes=20000-";
  type Left = Readonly<Record<string, Uint8Array | string>>;
  const rows: [name: string, args: string[], left: Left, asked: string[], stderr: RegExp][] = [
    ["of curl, wget, HTTPie", ["-d", "-o", "f", "/etag"], { f: part }, [rest], /only its length/],
    ["by the URL's name", ["/f"], { f: part }, [rest], /20\.0 kB were there/],
    [
      "of a server without a validator",
      ["-o", "f", "/bare"],
      { f: part },
      [rest],
      /only its length/,
    ],
    ["of Chromium", ["/f"], { "f.crdownload": part }, [rest], /saved to f\n/],
    ["of Firefox", ["-d", "/f"], { "f.part": part }, [rest], /saved to f\n/],
    ["its own", ["/f"], { "f.part": part, "f.part.json": '{"validator":"\\"v2\\""}' }, [
      `${rest} if "v2"`,
    ], /^Downloading 30\.0 kB more, after 20\.0 kB, to f\n.*were there/],
    [
      "its own, which has changed",
      ["/f"],
      {
        "f.part": part,
        "f.part.json": '{"validator":"\\"v1\\""}',
      },
      [`${rest} if "v1"`],
      /^f\.part: it has changed; starting over\n/,
    ],
    [
      "by the server's name",
      ["-o", "./", "/named"],
      { "own.bin": part },
      ["all", rest],
      /own\.bin/,
    ],
    ["complete: 416", ["-o", "f", "/etag"], { f: whole }, ["bytes=50000-"], /f is complete/],
    ["complete, its name missing", ["/f"], { "f.part": whole }, ["bytes=50000-"], /f is complete/],
    ["complete: 416 that does not say", ["-o", "f", "/mute"], { f: whole }, [
      "bytes=50000-",
      "all",
    ], /f is complete/],
    ["complete: 200", ["-o", "f", "/whole"], { f: whole }, ["bytes=50000-"], /f is complete/],
    ["longer than the file", ["-o", "f", "/etag"], { f: long }, [
      "bytes=60000-",
      "all",
    ], /f: it has changed; starting over/],
    [
      "no parts",
      ["-o", "f", "/whole"],
      { f: part },
      [rest],
      /does not support ranges; starting over/,
    ],
    ["no parts, by the URL's name", ["/whole"], { whole: part }, [rest], /starting over/],
    ["-q", ["-q", "-o", "f", "/etag"], { f: part }, [rest], /^$/],
  ];
  for (const [name, args, left, asked, stderr] of rows) {
    await using folder = await tempDir();
    const cwd = folder.path;
    for (const [file, data] of Object.entries(left)) {
      if (typeof data === "string") await Deno.writeTextFile(`${cwd}/${file}`, data);
      else await Deno.writeFile(`${cwd}/${file}`, data);
    }
    server.asked.length = 0;
    const words = args.map((each) => each.startsWith("/") ? server.url + each : each);
    const { code, stderr: told } = await cli(["-c", ...words], { cwd });
    assertEquals(code, 0, `${name}: ${told}`);
    assertEquals(server.asked, asked, name);
    assertMatch(told, stderr, name);
    const [file = "", ...others] = await Array.fromAsync(Deno.readDir(cwd), (each) => each.name);
    assertEquals(others, [], name);
    assertEquals(await Deno.readFile(`${cwd}/${file}`), whole, name);
  }
});

Deno.test({
  name: "Ctrl-C reports the partial file in one line, and -c resumes it",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await using server = largeFile();
    await using folder = await tempDir();
    const cwd = folder.path;
    const [program = "", ...words] = ROUNDTRIP;
    const child = new Deno.Command(program, {
      args: [...words, "-o", "a big.bin", server.url],
      cwd,
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    await grown(`${cwd}/a big.bin.part`, BLOCK, child);
    child.kill("SIGINT");
    const { code, stderr } = await child.output();
    assertEquals(code, 130);
    assertMatch(
      new TextDecoder().decode(stderr),
      /^Downloading [^\n]*\nInterrupted: [^\n]* are kept in a big\.bin\.part; -c -o 'a big\.bin' goes on\n$/,
    );
    // The rest is short enough to fetch.
    const part = `${cwd}/a big.bin.part`;
    await Deno.truncate(part, SIZE - BLOCK);
    const second = await cli(["-c", "-o", "a big.bin", server.url], { cwd });
    assertEquals(second.code, 0, second.stderr);
    assertEquals(server.ranges, [null, `bytes=${SIZE - BLOCK}-`]);
    assertEquals((await Deno.stat(`${cwd}/a big.bin`)).size, SIZE);
  },
});

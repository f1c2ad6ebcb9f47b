import { assert, assertEquals, assertMatch } from "@std/assert";
import { assertTable, cli, serving, tempDir } from "./_cli.ts";
import { inTerminal, terminalTest } from "./_terminal.ts";

Deno.test("several URLs get the same request; replies are printed in order", async () => {
  await using server = await serving(["httpbin", "-H", "127.0.0.1"]);
  await using folder = await tempDir();
  const { url, port } = server;
  const at = (text: string): string => `${url}/base64/${btoa(text)}`;
  const codes = ["-q", "-w", "%{http_code} "];
  await assertTable([
    ["two", [at("one\n"), at("two\n")], { code: 0, stdout: "one\ntwo\n" }],
    ["one at a time is the default, as with --parallel 1", [
      ...["--parallel", "1", at("a"), at("b"), at("c")],
    ], { code: 0, stdout: "abc" }],
    ["a slow one first", ["--parallel", "3", `${url}/delay/0.5`, at("b"), at("c")], {
      code: 0,
      stdout: /^\{.*\}bc$/s,
    }],
    [":PORT/PATH", [at("a"), `:${port}/status/204`, "-w", "%{http_code}"], {
      code: 0,
      stdout: "a200204",
    }],
    ["items are for all", [...codes, "POST", `${url}/post`, `${url}/post`, "a=1"], {
      code: 0,
      stdout: "200 200 ",
    }],
    ["a query for all", ["-q", "-w", "%{url}\\n", "a.invalid/", "http://b.invalid/?x", "q==1"], {
      code: 1,
      stdout: "http://a.invalid/?q=1\nhttp://b.invalid/?x&q=1\n",
      stderr: /a\.invalid[^]*b\.invalid/,
    }],
    ["the first that failed decides the exit code", [
      ...codes,
      ...[at("a"), `${url}/status/503`, "http://127.0.0.1:1/", `${url}/status/404`],
    ], {
      code: 5,
      stdout: "200 503 000 404 ",
      stderr: /503[^]*roundtrip: error: Cannot connect[^]*404/,
    }],
    ["the same, at the same time", [
      ...["--parallel", "4", ...codes],
      ...["http://127.0.0.1:1/", `${url}/delay/0.3`, `${url}/status/404`],
    ], { code: 1, stdout: "000 200 404 ", stderr: /error: Cannot connect[^]*404/ }],
    ["--curl", ["--curl", "a.test/", "https://b.test/"], {
      code: 0,
      stdout: "curl http://a.test/\ncurl https://b.test/\n",
    }],
    ["--offline", ["--offline", "-p", "H", "a.test/", "http://b.test/"], {
      code: 0,
      stdout: /^GET \/ [^]*Host: a\.test[^]*GET \/ [^]*Host: b\.test/,
    }],
    ["credentials of one URL are not for the other", [
      ...["--curl", "http://a:b@a.test/", "http://b.test/"],
    ], { code: 0, stdout: "curl http://a.test/ -u a:b\ncurl http://b.test/\n" }],
    ["-a is for all", ["--curl", "-a", "a:b", "a.test/", "http://b.test/"], {
      code: 0,
      stdout: "curl http://a.test/ -u a:b\ncurl http://b.test/ -u a:b\n",
    }],
    ["one file for several", ["-o", `${folder.path}/x`, at("a"), at("b")], {
      code: 64,
      stderr: /--output FILE is for one URL; -o FOLDER\//,
    }],
    ["a session of one host", ["--session", "s", "a.test", "http://b.test/"], {
      code: 64,
      stderr: /--session is for the URLs of one host/,
    }],
    ["--parallel of another kind", ["--parallel", "0", at("a")], {
      code: 64,
      stderr: /argument --parallel: "0" is not a whole number from 1 to 100/,
    }],
    ["a word that is not a URL", [at("a"), "http://"], {
      code: 64,
      stderr: /"http:\/\/" is not a URL/,
    }],
    ["standard output for all", ["-o", "-", "--parallel", "2", at("a"), at("b")], {
      code: 0,
      stdout: "ab",
    }],
  ]);
  const names = ["bytes/3", "bytes/5"].map((path) => `${url}/${path}`);
  const saved = await cli(["-d", "--parallel", "2", "-o", `${folder.path}/`, ...names]);
  assertEquals(saved.code, 0, saved.stderr);
  const sizes = [3, 5].map((name) => Deno.statSync(`${folder.path}/${name}`).size);
  assertEquals(sizes, [3, 5]);
});

const HERE = { hostname: "127.0.0.1", port: 0, onListen() {} };

Deno.test("--parallel N sends N at a time, over the connections of before", async () => {
  let now = 0;
  let most = 0;
  const ports = new Set<number>();
  await using server = Deno.serve(HERE, async (request, { remoteAddr }) => {
    most = Math.max(most, ++now);
    ports.add(remoteAddr.port);
    await new Promise((resolve) => setTimeout(resolve, 50));
    now--;
    return new Response(new URL(request.url).pathname.slice(1));
  });
  const urls = Array.from({ length: 9 }, (_, n) => `http://127.0.0.1:${server.addr.port}/${n}`);
  const result = await cli(["--parallel", "3", ...urls]);
  assertEquals([result.code, result.stdout, most], [0, "012345678", 3], result.stderr);
  assert(ports.size <= 4, `${ports.size} connections`);
});

terminalTest("parallel downloads have a bar each, below what is done", async () => {
  const half = Promise.withResolvers<void>();
  await using server = Deno.serve(HERE, () => {
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        if (sent === 2) await half.promise;
        if (sent++ === 4) return controller.close();
        controller.enqueue(new Uint8Array(500_000));
      },
    }, { highWaterMark: 0 });
    return new Response(body, { headers: { "content-length": "2000000" } });
  });
  await using folder = await tempDir();
  const url = `http://127.0.0.1:${server.addr.port}`;
  await using terminal = inTerminal(
    ["-d", "--parallel", "2", "-w", "%{http_code}\\n", `${url}/a.bin`, `${url}/b.bin`],
    { cwd: folder.path },
  );
  await terminal.waitFor("Downloading 2.00 MB to a.bin");
  await terminal.waitFor("Downloading 2.00 MB to b.bin");
  await terminal.waitFor("b.bin                 ");
  half.resolve();
  const { code, output } = await terminal.end();
  assertEquals(code, 0, output);
  assertMatch(output, /[ab]\.bin  +\d+ % \[.*\r?\n[ab]\.bin +\d+ % \[/);
  for (const name of ["a", "b"]) {
    assertMatch(output, new RegExp(`Done\\. 2\\.00 MB in .* saved to ${name}\\.bin\\r?\\n`));
  }
  assertEquals(output.match(/200\r?\n/g)?.length, 2, output);
});

terminalTest("a long upload has a progress bar, which goes when it ends", async () => {
  await using server = Deno.serve(HERE, async (request) => {
    let size = 0;
    for await (const piece of request.body ?? []) {
      size += piece.length;
      if (size < 4_000_000) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return new Response(`got ${size}`);
  });
  await using folder = await tempDir();
  await Deno.writeFile(`${folder.path}/big`, new Uint8Array(30_000_000));
  const url = `127.0.0.1:${server.addr.port}/`;
  await using terminal = inTerminal(["-b", "PUT", url, `@${folder.path}/big`]);
  await terminal.waitFor("of 30.0 MB, ");
  const { code, output } = await terminal.end();
  assertEquals(code, 0, output);
  assertMatch(output, /% \[#*\.+\] \d+.* of 30\.0 MB, .*B\/s/);
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  assertMatch(output, /\r\x1b\[Kgot 30000000/);
});

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ClientResponseError, ClientSession } from "../../client/mod.ts";
import { cli, hasProgram, OLD, serving, startCli, tempDir } from "./_cli.ts";

type Row = readonly [
  name: string,
  path: string,
  init: RequestInit,
  status: number,
  text: RegExp,
];

const put = (body: string, headers: HeadersInit = {}): RequestInit => ({
  method: "PUT",
  body,
  headers,
});

Deno.test("files: PUT saves a file, under the rules of uploads", async () => {
  await using folder = await tempDir();
  const root = `${folder.path}/share`;
  await Deno.mkdir(`${root}/in`, { recursive: true });
  await Deno.mkdir(`${folder.path}/secret`);
  await Deno.symlink(`${folder.path}/secret`, `${root}/out`);
  const tables: readonly (readonly [options: string[], rows: Row[]])[] = [
    [["--upload", "--max-size", "10"], [
      ["a new one", "/a%20b.txt", put("hello"), 201, /^saved a b\.txt \(5 bytes\)\n$/],
      ["a name that exists", "/a%20b.txt", put("again"), 409, /./],
      ["in a folder", "/in/a.txt", put("x"), 201, /^saved in\/a\.txt \(1 bytes\)/],
      ["an empty one", "/empty", put(""), 201, /\(0 bytes\)/],
      ["too large", "/b.txt", put("12345678901"), 413, /./],
      ["a folder's name", "/in", put("x"), 409, /folder/],
      ["without a name", "/", put("x"), 400, /name/],
      ["hidden", "/.profile", put("x"), 400, /name/],
      ["no such folder", "/none/a", put("x"), 404, /./],
      ["a link that leads out", "/out/a", put("x"), 404, /./],
      ["an encoded path", "/..%2fa", put("x"), 400, /name/],
      ["a part", "/c", put("x", { "content-range": "bytes 1-1/2" }), 400, /whole file; tus/],
      ["of another site", "/d", put("x", { origin: "http://evil.test" }), 403, /other sites/],
    ]],
    [["--upload", "--on-duplicate", "overwrite"], [["again", "/a%20b.txt", put("new"), 201, /3/]]],
    [["--upload", "--on-duplicate", "rename"], [[
      "again",
      "/a%20b.txt",
      put("x"),
      201,
      /a b-1\.txt/,
    ]]],
    [["--upload=in"], [
      ["elsewhere", "/e", put("x"), 403, /upload to \/in\//],
      ["there", "/in/e", put("x"), 201, /in\/e/],
    ]],
    [[], [["without --upload", "/f", put("x"), 403, /--upload/]]],
    [["--upload", "--auth-upload", "ann:secret"], [
      ["without credentials", "/g", put("x"), 401, /./],
      ["with", "/g", put("x", { authorization: `Basic ${btoa("ann:secret")}` }), 201, /./],
    ]],
  ];
  for (const [options, rows] of tables) {
    await using server = await serving(["files", root, ...options]);
    for (const [name, path, init, status, text] of rows) {
      const response = await fetch(server.url + path, init);
      const body = await response.text();
      assertEquals(response.status, status, `${options} ${name}: ${body}`);
      assertMatch(body, text, name);
    }
  }
  const names = [...Deno.readDirSync(root)].map((each) => each.name).sort();
  assertEquals(names, ["a b-1.txt", "a b.txt", "empty", "g", "in", "out"]);
  assertEquals(await Deno.readTextFile(`${root}/a b.txt`), "new");
  assertEquals([...Deno.readDirSync(`${folder.path}/secret`)], []);
});

const curl = await hasProgram("curl");
Deno.test({
  name: `files: curl -T uploads a large file${curl ? "" : " (needs curl)"}`,
  ignore: !curl,
  fn: async () => {
    await using folder = await tempDir();
    await Deno.writeFile(`${folder.path}/big.bin`, new Uint8Array(3_000_000));
    await Deno.mkdir(`${folder.path}/in`);
    await using server = await serving(["files", `${folder.path}/in`, "-u"]);
    const args = ["-s", "-T", `${folder.path}/big.bin`, `${server.url}/`];
    const { stdout } = await new Deno.Command("curl", { args }).output();
    assertEquals(new TextDecoder().decode(stdout), "saved big.bin (3000000 bytes)\n");
  },
});

Deno.test("files: resumable uploads by tus go on after an interruption", async () => {
  await using folder = await tempDir();
  await using server = await serving(["files", folder.path, "--upload", "--max-size", "1M"]);
  await using session = new ClientSession({ baseUrl: server.url });
  const upload = (name: string, size: number, more = {}) =>
    session.upload(`${server.url}/.uploads`, new File([new Uint8Array(size)], "a"), {
      resumable: true,
      retries: 0,
      metadata: { filename: name },
      ...more,
    });
  const stop = new AbortController();
  let kept = "";
  await assertRejects(() =>
    upload("in/big.bin", 900_000, {
      signal: stop.signal,
      onUploadUrl: (url: string) => void (kept = url),
      onUploadProgress: ({ bytes }: { bytes: number }) => bytes > 300_000 && stop.abort(),
    })
  );
  const unfinished = [...Deno.readDirSync(folder.path)].filter(({ isFile }) => isFile);
  assert(unfinished.length === 2 && unfinished.every(({ name }) => name.startsWith(".")));
  for (const { name } of unfinished) {
    await using hidden = await session.get(`${server.url}/${name}`);
    assertEquals(hidden.status, 404, name);
  }
  const seen: number[] = [];
  await upload("in/big.bin", 900_000, {
    resumeUrl: kept,
    retries: 5, // 423 until the server has seen the end of the first connection
    onUploadProgress: ({ bytes }: { bytes: number }) => seen.push(bytes),
  });
  assertEquals((await Deno.stat(`${folder.path}/in/big.bin`)).size, 900_000);
  // What stays for a while tells the client that its upload is complete.
  const names = [...Deno.readDirSync(folder.path)].map(({ name }) => name);
  assertEquals(names.filter((name) => !name.endsWith(".tus.json")), ["in"]);
  const refused: readonly [name: string, size: number, status: number][] = [
    ["in/big.bin", 3, 409],
    ["../x", 3, 400],
    ["in", 3, 409],
    ["large", 1_000_001, 413],
  ];
  for (const [name, size, status] of refused) {
    const error = await assertRejects(() => upload(name, size), ClientResponseError);
    assertEquals(error.status, status, name);
  }
});

Deno.test("files --tls: a certificate made on the spot, with its fingerprint", async () => {
  await using folder = await tempDir();
  await Deno.writeTextFile(`${folder.path}/a.txt`, "hello");
  await using server = startCli(["files", "--tls", "-P", "0", folder.path]);
  const [, url = ""] = await server.waitFor(/Running on (https:\/\/[^ ,/]*:\d+)/);
  const [, fingerprint = ""] = await server.waitFor(/SHA-256 ((?:[\dA-F]{2}:){31}[\dA-F]{2})\n/);
  const [, pin = ""] = await server.waitFor(/--pinnedpubkey (sha256\/\/\S+)/);
  const got = await cli(["--verify", "no", "-m", `${url}/a.txt`]);
  // An older Deno does not tell the certificate.
  assertMatch(got.stdout, OLD ? /\nTLS: / : /Certificate: roundtrip files, by roundtrip files/);
  if (curl) {
    const fetched = async (pinned: string) => {
      const args = ["-sk", "--pinnedpubkey", pinned, `${url}/a.txt`];
      return new TextDecoder().decode((await new Deno.Command("curl", { args }).output()).stdout);
    };
    assertEquals(await fetched(pin), "hello");
    assertEquals(await fetched(`sha256//${btoa("x".repeat(32))}`), "");
  }
  if (await hasProgram("openssl")) {
    const script = `openssl s_client -connect ${new URL(url).host} </dev/null 2>/dev/null |
      openssl x509 > "$0/cert.pem" && openssl verify -x509_strict -CAfile "$0/cert.pem" "$0/cert.pem" &&
      openssl x509 -in "$0/cert.pem" -noout -fingerprint -sha256 -ext subjectAltName,basicConstraints`;
    const output = await new Deno.Command("sh", { args: ["-c", script, folder.path] }).output();
    const text = new TextDecoder().decode(output.stdout) + new TextDecoder().decode(output.stderr);
    assertMatch(text, /cert\.pem: OK/);
    assert(text.includes(fingerprint), text);
    assertMatch(text, /DNS:localhost, IP Address:127\.0\.0\.1, IP Address:0:0:0:0:0:0:0:1/);
    // As a trusted certificate it is verified by name.
    const trusted = await cli(["--verify", `${folder.path}/cert.pem`, `${url}/a.txt`]);
    assertEquals([trusted.code, trusted.stdout], [0, "hello"], trusted.stderr);
  }
  const refused = await cli(["files", "--tls", "--engine", "sockets", folder.path]);
  assertEquals(refused.code, 64);
  assertMatch(refused.stderr, /--tls and --engine sockets/);
});

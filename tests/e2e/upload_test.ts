import { WHOLE } from "../_whole.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { createHash } from "node:crypto";
import { BodyPartReader, ClientResponse, FormBody, MultipartWriter, web } from "@roundtrip/http";
import { descriptors } from "../_descriptors.ts";
import { rawRequest } from "../_raw.ts";
import { until } from "../_until.ts";
import { type ErrorType, serve } from "../_harness.ts";

const MIB = 1024 * 1024;

/** Bytes without repetition, so that lost or duplicated pieces are noticed. */
function bytesOf(size: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(size / 4));
  for (let i = 0; i < words.length; i++) words[i] = Math.imul(i + 1, 2654435761);
  return new Uint8Array(words.buffer, 0, size);
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

function uploads(): string[] {
  const path = Deno.makeTempFileSync();
  Deno.removeSync(path);
  const folder = path.replace(/[/\\][^/\\]+$/, "");
  return [...Deno.readDirSync(folder)].map((entry) => entry.name)
    .filter((name) => name.startsWith("roundtrip-upload-"));
}

const listing: web.Handler = async (request) => {
  const fields: unknown[] = [];
  for (const [name, value] of await request.post({ maxSize: 0 })) {
    if (typeof value === "string") fields.push([name, value]);
    else {
      const hash = createHash("sha256");
      for await (const piece of value) hash.update(piece);
      fields.push([name, value.filename, value.contentType, value.size, hash.digest("hex")]);
    }
  }
  return web.jsonResponse(fields);
};

Deno.test("a form arrives unchanged: order, repeated names, small and large files", async () => {
  await using served = await serve([web.post("/", listing)]);
  const small = bytesOf(1000);
  const large = bytesOf(5 * MIB + 1);
  const form = new FormBody({ a: ["1", 'ж "\r\n'] })
    .addField("small", small, { filename: 'q"ж.bin' })
    .addField("empty", new Uint8Array(0), { filename: "e" })
    .addField("large", large, { filename: "../../etc/x", contentType: "application/x-big" })
    .addField("a", "3");
  await using response = await served.session.post("/", { data: form });
  assertEquals(await response.json(), [
    ["a", "1"],
    ["a", 'ж "\r\n'],
    ["small", 'q"ж.bin', "application/octet-stream", 1000, sha256(small)],
    ["empty", "e", "application/octet-stream", 0, sha256(new Uint8Array(0))],
    ["large", "../../etc/x", "application/x-big", large.length, sha256(large)],
    ["a", "3"],
  ]);
  const platform = new FormData();
  platform.append("t", "x");
  platform.append("f", new File(["abc"], "a.txt", { type: "text/plain" }));
  await using second = await served.session.post("/", { data: platform });
  assertEquals(await second.json(), [
    ["t", "x"],
    ["f", "a.txt", "text/plain", 3, sha256(new TextEncoder().encode("abc"))],
  ]);
});

Deno.test("an uploaded file can be read repeatedly, in pieces or with one buffer", async () => {
  for (const size of [1000, 5 * MIB + 1]) { // in memory, and on disk
    const content = bytesOf(size);
    const seen: [kept: string, lent: string, buffers: number][] = [];
    await using served = await serve([web.post("/", async (request) => {
      const file = (await request.post({ maxSize: 0 })).file("f");
      assert(file !== undefined);
      const kept: Uint8Array<ArrayBuffer>[] = [];
      for await (const piece of file) kept.push(piece);
      const hash = createHash("sha256");
      const buffers = new Set<ArrayBuffer>();
      for await (const piece of file.lentPieces()) {
        hash.update(piece);
        buffers.add(piece.buffer);
      }
      const whole = new Uint8Array(await new Blob(kept).arrayBuffer());
      seen.push([sha256(whole), hash.digest("hex"), buffers.size]);
      return web.textResponse("");
    })]);
    const form = new FormBody().addField("f", content, { filename: "f" });
    await using _response = await served.session.post("/", { data: form });
    assertEquals(seen, [[sha256(content), sha256(content), 1]]);
  }
});

Deno.test("a response can stream an uploaded file after the handler has returned", async () => {
  await using served = await serve([web.post("/", async (request) => {
    const file = (await request.post({ maxSize: 0 })).file("f");
    assert(file !== undefined);
    return new Response(file.file as BodyInit);
  })]);
  const bytes = bytesOf(3 * MIB);
  const before = descriptors();
  await using response = await served.session.post("/", {
    data: new FormBody().addField("f", bytes, { filename: "x" }),
  });
  assertEquals(sha256(await response.read()), sha256(bytes));
  assertEquals(descriptors(), before === 0 ? 0 : before + 2); // the connection's two ends
});

Deno.test("an uploaded file is deleted after the response", async () => {
  let kept: web.FileField | undefined;
  await using served = await serve([web.post("/", async (request) => {
    kept = (await request.post({ maxSize: 0 })).file("f");
    return web.textResponse("ok");
  })]);
  for (const size of [10, 2 * MIB]) {
    const data = new FormBody().addField("f", bytesOf(size), { filename: "x" });
    await using response = await served.session.post("/", { data });
    await response.read();
    await assertRejects(() => kept?.bytes() ?? Promise.resolve(), TypeError, "it is gone once");
  }
  assertEquals(uploads(), []);
});

const PART = 'content-disposition: form-data; name="f"; filename="x"\r\n\r\n';
const REFUSED: [string, string, string, string][] = [
  ["cut", "b", `--b\r\n${PART}abc`, "400 Cannot read the multipart body: it ended within"],
  ["cut before its end", "b", `--b\r\n${PART}abc\r\n--b`, "400 Cannot read the multipart body"],
  ["without a boundary", "", "x", "400 Cannot read the multipart body: its Content-Type has no"],
  ["of another boundary", "b", "--c--", "400 Cannot read the multipart body"],
  ["without a name", "b", "--b\r\n\r\nx\r\n--b--", "400 Cannot read a form-data part"],
  [
    "nesting a multipart",
    "b",
    `--b\r\ncontent-type: multipart/mixed; boundary=c\r\n` +
    `content-disposition: form-data; name="n"\r\n\r\n--c--\r\n--b--`,
    "400 Cannot read the form",
  ],
  [
    "beyond clientMaxSize",
    "b",
    `--b\r\n${PART}${"x".repeat(2000)}\r\n--b--`,
    "413 Maximum request body size 1000 exceeded.",
  ],
];
for (const [name, boundary, body, expected] of REFUSED) {
  Deno.test(`a form ${name} is refused, and nothing of it is left`, async () => {
    const app = new web.Application({ clientMaxSize: 1000 });
    app.addRoutes([web.post("/", async (request) => {
      await request.post();
      return web.textResponse("read");
    })]);
    const response = await app.fetch(
      new Request("http://h/", {
        method: "POST",
        headers: { "content-type": `multipart/form-data; boundary="${boundary}"` },
        body,
      }),
    );
    const reply = `${response.status} ${await response.text()}`;
    assertEquals(reply.slice(0, expected.length), expected);
    assertEquals(uploads(), []);
  });
}

Deno.test("limits of one route are its own", async () => {
  const app = new web.Application();
  app.addRoutes([web.post("/", async (request) => {
    await request.post({ maxParts: 2, maxFieldSize: 3 });
    return web.textResponse("read");
  })]);
  const send = async (fields: Record<string, string>): Promise<string> => {
    const form = new FormBody(fields, { defaultToMultipart: true }).encode();
    const headers = { "content-type": form.contentType };
    const body = form.stream();
    const response = await app.fetch(new Request("http://h/", { method: "POST", body, headers }));
    return `${response.status} ${await response.text()}`;
  };
  assertEquals(await send({ a: "123", b: "1" }), "200 read");
  assertStringIncludes(
    await send({ a: "1", b: "1", c: "1" }),
    "413 Cannot read the multipart body: more than 2 parts",
  );
  assertStringIncludes(
    await send({ a: "1234" }),
    "413 Cannot read the multipart body: more than 3 bytes",
  );
});

Deno.test("request.multipart() streams parts to disk through saveFile()", async () => {
  const folder = await Deno.makeTempDir();
  const large = bytesOf(3 * MIB);
  const progress: number[] = [];
  await using served = await serve([web.post("/", async (request) => {
    const saved: unknown[] = [];
    for await (const part of await request.multipart()) {
      assert(part instanceof BodyPartReader);
      const { size, sha256, path } = await web.saveFile(
        part,
        `${folder}/${web.safeFilename(part.filename)}`,
        { sha256: true, onDuplicate: "rename", onProgress: (bytes) => void progress.push(bytes) },
      );
      saved.push([path.slice(folder.length + 1), size, sha256]);
    }
    return web.jsonResponse(saved);
  })]);
  const form = new FormBody()
    .addField("f", large, { filename: "../a.tar.gz" })
    .addField("f", "two", { filename: "a.tar.gz" })
    .addField("f", "three", { filename: ".bashrc" });
  await using response = await served.session.post("/", { data: form });
  assertEquals(await response.json(), [
    ["a.tar.gz", large.length, sha256(large)],
    ["a-1.tar.gz", 3, sha256(new TextEncoder().encode("two"))],
    ["bashrc", 5, sha256(new TextEncoder().encode("three"))],
  ]);
  assert(progress.length > 5 && progress[0] !== large.length, "progress was not told by pieces");
  assertEquals(sha256(await Deno.readFile(`${folder}/a.tar.gz`)), sha256(large));
  assertEquals([...Deno.readDirSync(folder)].length, 3);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("saveFile() fails, replaces or renames where the path exists", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/a.txt`;
  const save = (text: string, options?: web.SaveFileOptions) =>
    web.saveFile(new Blob([text]).stream(), path, options);
  assertEquals((await save("one")).path, path);
  await assertRejects(() => save("two"), web.HTTPConflict);
  assertEquals((await save("two", { onDuplicate: "rename" })).path, `${folder}/a-1.txt`);
  assertEquals((await save("three", { onDuplicate: "rename" })).path, `${folder}/a-2.txt`);
  await save("four", { onDuplicate: "overwrite" });
  assertEquals(await Deno.readTextFile(path), "four");
  const many = await Promise.all(
    Array.from({ length: 20 }, (_, i) => save(`${i}`, { onDuplicate: "rename" })),
  );
  assertEquals(new Set(many.map((saved) => saved.path)).size, 20);
  await Deno.remove(folder, { recursive: true });
});

const BAD_SOURCES: [string, string, () => AsyncIterable<Uint8Array<ArrayBuffer>>, ErrorType][] = [
  ["a sender that leaves", "a", async function* () {
    yield new Uint8Array(3);
    throw new Error("gone");
  }, Error],
  ["a folder that is missing", "none/a", () => new Blob(["x"]).stream(), Deno.errors.NotFound],
];
for (const [name, path, source, type] of BAD_SOURCES) {
  Deno.test(`saveFile() leaves nothing behind after ${name}`, async () => {
    const folder = await Deno.makeTempDir();
    await assertRejects(() => web.saveFile(source(), `${folder}/${path}`), type);
    assertEquals([...Deno.readDirSync(folder)], []);
    await Deno.remove(folder, { recursive: true });
  });
}

Deno.test({
  name: "a full disk is 507 and leaves nothing behind",
  ignore: Deno.build.os !== "linux" || Deno.uid() !== 0,
  async fn() {
    const folder = await Deno.makeTempDir();
    const mount = await new Deno.Command("mount", {
      args: ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder],
    }).output();
    if (!mount.success) return await Deno.remove(folder);
    try {
      const app = new web.Application();
      app.addRoutes([web.post("/", async (request) => {
        await web.saveFile(request.content.iterAny(), `${folder}/x`);
        return web.textResponse("saved");
      })]);
      const body = bytesOf(2 * MIB);
      const full = await app.fetch(new Request("http://h/", { method: "POST", body }));
      assertEquals(
        `${full.status} ${await full.text()}`,
        "507 There is no room to store the upload",
      );
      assertEquals([...Deno.readDirSync(folder)], []);
      const fits = await app.fetch(new Request("http://h/", { method: "POST", body: "small" }));
      assertEquals(await fits.text(), "saved");
    } finally {
      await new Deno.Command("umount", { args: [folder] }).output();
      await Deno.remove(folder);
    }
  },
});

const NAMES: [string | null, string][] = [
  ["../../x", "x"],
  ["C:\\x\\y.txt", "y.txt"],
  ["a\0b\x1b[31m.txt", "a_b_[31m.txt"],
  [".", "file"],
  ["..", "file"],
  ["", "file"],
  [null, "file"],
  ["CON", "_CON"],
  ["nul.txt", "_nul.txt"],
  ["\u202egpj.exe", "_gpj.exe"],
  ["ж".repeat(5000) + ".jpeg", "ж".repeat(97) + ".jpeg"],
  [" . hidden", "hidden"],
];
Deno.test("safeFilename() returns a name that stays in its folder", () => {
  for (const [sent, name] of NAMES) assertEquals(web.safeFilename(sent), name);
});

Deno.test("uploads cut at random offsets leave no descriptors and no files", async () => {
  await using served = await serve([
    web.post("/", listing),
    web.get("/", () => web.textResponse("ok")),
  ]);
  const port = Number(new URL(served.baseUrl).port);
  const body = `--b\r\n${PART}${"x".repeat(3 * MIB)}\r\n--b--\r\n`;
  const head = `POST / HTTP/1.1\r\nHost: h\r\nContent-Type: multipart/form-data; boundary=b\r\n` +
    `Content-Length: ${body.length}\r\n\r\n`;
  const bytes = new TextEncoder().encode(head + body);
  assertStringIncludes(await rawRequest(port, "GET / HTTP/1.1\r\nHost: h\r\n"), "200 OK");
  const before = descriptors();
  for (let i = 0; i < (WHOLE ? 1000 : 200); i++) {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    const end = Math.floor((bytes.length * ((i * 37) % 1000)) / 1000);
    for (let at = 0; at < end;) at += await connection.write(bytes.subarray(at, end));
  }
  await until(() => descriptors() === before, () => `${descriptors()}, ${before} before`);
  assertEquals(uploads(), []);
  assertStringIncludes(await rawRequest(port, "GET / HTTP/1.1\r\nHost: h\r\n"), "200 OK");
});

Deno.test("a client reads a multipart reply, nested parts included", async () => {
  await using served = await serve([web.get("/", () => {
    const inner = new MultipartWriter("related").append("deep", { contentType: "text/plain" });
    const writer = new MultipartWriter("mixed").append("one").appendJson({ two: 2 }).append(inner);
    return new Response(writer.stream() as BodyInit, {
      headers: { "content-type": writer.contentType },
    });
  })]);
  await using response = await served.session.get("/");
  assert(response instanceof ClientResponse);
  const seen: unknown[] = [];
  for await (const part of response.multipart()) {
    if (part instanceof BodyPartReader) seen.push([part.contentType, await part.text()]);
    else {for await (const each of part) {
        if (each instanceof BodyPartReader) seen.push(await each.text());
      }}
  }
  assertEquals(seen, [["text/plain", "one"], ["application/json", '{"two":2}'], "deep"]);
});

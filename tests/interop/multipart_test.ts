import { assert, assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { BodyPartReader, ClientSession, FormBody, MultipartWriter, web } from "@roundtrip/http";
import { run, start } from "../_process.ts";
import { browse, findChromium } from "../_chromium.ts";
import { pythonWith } from "./_python.ts";

const python = await pythonWith("aiohttp");
const ignore = python === null;

const FILE = new Uint8Array(3_000_000);
for (let i = 0; i < FILE.length; i++) FILE[i] = Math.imul(i, 2654435761) >>> 24;
const sha256 = (data: Uint8Array | string): string =>
  createHash("sha256").update(data).digest("hex");

/** The response of our server to a form: each field, files by their digest. */
const describeForm: web.Handler = async (request) => {
  const fields: unknown[] = [];
  for (const [name, value] of await request.post({ maxSize: 0 })) {
    fields.push(
      typeof value === "string"
        ? [name, value]
        : [name, value.filename, value.contentType, sha256(await value.bytes())],
    );
  }
  return web.jsonResponse(fields);
};

/** Serves forms and a mixed multipart to a foreign client. */
async function served(talk: (base: string) => Promise<void>): Promise<void> {
  const app = new web.Application();
  app.addRoutes([
    web.post("/post", describeForm),
    web.get("/mixed", () => {
      const inner = new MultipartWriter("related").append(FILE, {
        contentType: "application/x-bytes",
      });
      const writer = new MultipartWriter("mixed").append("one").appendJson({ two: 2 })
        .append(inner);
      return new Response(writer.stream() as BodyInit, {
        headers: { "content-type": writer.contentType },
      });
    }),
  ]);
  await using runner = new web.AppRunner(app);
  await talk(await runner.listen({ hostname: "127.0.0.1", port: 0 }));
}

Deno.test({ name: "aiohttp uploads to us and reads our multipart", ignore }, async () => {
  await served(async (base) => {
    const result = await run([python ?? "", "tests/interop/multipart.py", "client", base]);
    assertEquals(result.code, 0, result.stderr);
    assertEquals(JSON.parse(result.stdout), {
      post: [["text", "ж 1"], ["text", "2"], [
        "file",
        "ж.bin",
        "application/x-bytes",
        sha256(FILE),
      ]],
      mixed: [
        [null, null, "text/plain; charset=utf-8", sha256("one")],
        [null, null, "application/json", sha256('{"two":2}')],
        [[null, null, "application/x-bytes", sha256(FILE)]],
      ],
    });
  });
});

Deno.test({ name: "we upload to aiohttp and read its multipart", ignore }, async () => {
  await using server = start([python ?? "", "tests/interop/multipart.py", "server"]);
  const [, port] = await server.waitFor(/\{"port": (\d+)\}/);
  await using session = new ClientSession({ baseUrl: `http://127.0.0.1:${port}` });
  const form = new FormBody({ text: ["ж 1", "2"] })
    .addField("file", FILE, { filename: "ж.bin", contentType: "application/x-bytes" })
    .addField("stream", new Blob([FILE]).stream(), { filename: "s" });
  await using upload = await session.post("/", { data: form });
  assertEquals(await upload.json(), [
    ["text", null, "text/plain; charset=utf-8", sha256("ж 1")],
    ["text", null, "text/plain; charset=utf-8", sha256("2")],
    ["file", "ж.bin", "application/x-bytes", sha256(FILE)],
    ["stream", "s", "application/octet-stream", sha256(FILE)],
  ]);

  await using response = await session.get("/mixed");
  const seen: unknown[] = [];
  for await (const part of response.multipart()) {
    if (part instanceof BodyPartReader) seen.push(await part.text());
    else {
      const inner = await part.next();
      assert(inner instanceof BodyPartReader);
      seen.push(sha256(await inner.read({ maxSize: FILE.length })));
    }
  }
  assertEquals(seen, ["one", '{"two": 2}', sha256(FILE)]);
});

Deno.test("forms of curl arrive unchanged", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/ж "q".bin`;
  await Deno.writeFile(path, FILE);
  await served(async (base) => {
    const quoted = path.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
    const fields = ["-F", "text=ж 1", "-F", `file=@"${quoted}";type=application/x-bytes`];
    const result = await run(["curl", "-s", ...fields, "-F", "text=2", `${base}/post`]);
    assertEquals(JSON.parse(result.stdout), [
      ["text", "ж 1"],
      ["file", 'ж "q".bin', "application/x-bytes", sha256(FILE)],
      ["text", "2"],
    ]);
  });
  await Deno.remove(folder, { recursive: true });
});

// Unusual names: characters escaped by browsers have to be restored.
const PAGE = `<script>
  const form = new FormData();
  form.append('na"me\\r\\n', "ж\\r\\n1");
  form.append("file", new File([new Uint8Array(3000000).fill(7)], 'ж "q" %22.bin'));
  form.append("empty", new File([], ""));
  const post = (path, body) => fetch(path, { method: "POST", body });
  const urlencoded = new URLSearchParams([["a", "1 &=+%;"], ["a", "ж"], ["e", ""]]);
  (async () => {
    const replies = [];
    for (const body of [form, urlencoded]) replies.push(await (await post("/post", body)).json());
    await post("/report", JSON.stringify(replies));
  })();
</script>`;

const chromium = await findChromium();

Deno.test({
  name: "forms of Chromium arrive unchanged",
  ignore: chromium === null,
  async fn() {
    const seen = Promise.withResolvers<unknown>();
    const app = new web.Application();
    app.addRoutes([
      web.get("/", () => web.textResponse(PAGE, { contentType: "text/html; charset=utf-8" })),
      web.post("/post", describeForm),
      web.post("/report", async (request) => {
        seen.resolve(await request.json());
        return web.textResponse("thanks");
      }),
    ]);
    await using runner = new web.AppRunner(app, { shutdownTimeout: 1_000 });
    const url = await runner.listen({ hostname: "127.0.0.1", port: 0 });
    const file = new Uint8Array(3_000_000).fill(7);
    assertEquals(await browse(chromium ?? "", url, seen.promise), [
      [
        ['na"me\r\n', "ж\r\n1"],
        ["file", 'ж "q" "' + ".bin", "application/octet-stream", sha256(file)],
        ["empty", "", "application/octet-stream", sha256("")],
      ],
      [["a", "1 &=+%;"], ["a", "ж"], ["e", ""]],
    ]);
  },
});

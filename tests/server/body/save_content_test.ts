import { assert, assertEquals } from "@std/assert";
import { FormBody, StreamReader, web } from "@roundtrip/http";

const BODIES: [name: string, bytes: Uint8Array<ArrayBuffer>][] = [
  ["zeros, no line at all", new Uint8Array(200_000)],
  ["one line of 5 MB", new Uint8Array(5_000_000).fill(97)],
  ["a million lines", new TextEncoder().encode("y\n".repeat(1_000_000))],
];

for (const [name, bytes] of BODIES) {
  Deno.test(`request.content goes into a file and into a part by bytes: ${name}`, async () => {
    const folder = await Deno.makeTempDir();
    const app = new web.Application();
    app.addRoutes([
      web.put("/file", async ({ content }) => {
        const { size } = await web.saveFile(content, `${folder}/a`);
        return web.jsonResponse(size);
      }),
      web.put("/part", ({ content }) => {
        const form = new FormBody().addField("f", content, { filename: "a" });
        const body = form.encode();
        return new Response(body.stream(), { headers: { "content-type": body.contentType } });
      }),
    ]);
    const began = performance.now();
    const saved = await app.request("/file", { method: "PUT", body: bytes });
    assertEquals([saved.status, await saved.json()], [200, bytes.length]);
    assertEquals((await Deno.readFile(`${folder}/a`)).length, bytes.length);
    const file = (await (await app.request("/part", { method: "PUT", body: bytes })).formData())
      .get("f");
    assertEquals(file instanceof File ? file.size : null, bytes.length);
    assert(performance.now() - began < 4000, "a piece for each line takes minutes");
    await Deno.remove(folder, { recursive: true });
  });
}

Deno.test("small pieces do not retain their large buffers", async () => {
  const pieces = (count: number) => {
    let left = count;
    return new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull(controller) {
        if (left-- === 0) controller.close();
        else controller.enqueue(new Uint8Array(64 * 1024).subarray(0, 1));
      },
    }, { highWaterMark: 0 });
  };
  for (const read of ["read", "readAny", "readExactly", "readLine"] as const) {
    const reader = new StreamReader(pieces(100));
    const bytes = read === "readExactly" ? await reader.readExactly(100) : await reader[read]();
    assert(
      bytes.length >= 1 && bytes.buffer.byteLength <= 4096,
      `${read}: ${bytes.buffer.byteLength}`,
    );
  }
});

Deno.test("unfinished uploads of a killed process are removed after an hour", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/below`);
  const make = async (where: string, name: string, minutes: number): Promise<string> => {
    const path = `${where}/${name}`;
    await Deno.writeTextFile(path, "half");
    const time = new Date(Date.now() - minutes * 60_000);
    await Deno.utime(path, time, time);
    return name;
  };
  const part = (): string => `.${crypto.randomUUID()}.part`;
  const names = (where: string): string[] => [...Deno.readDirSync(where)].map(({ name }) => name);
  await make(folder, part(), 61);
  await make(`${folder}/below`, part(), 61);
  const kept = [
    await make(folder, part(), 59),
    await make(folder, "download.part", 600),
    await make(folder, "old.txt", 600),
    "below",
  ];
  await web.saveFile(new Blob(["a"]).stream(), `${folder}/a`);
  assertEquals(names(folder).sort(), [...kept, "a"].sort());
  assertEquals(names(`${folder}/below`).length, 1, "saveFile() sweeps its own folder alone");
  assertEquals(await web.sweepParts(folder), 1);
  assertEquals(names(`${folder}/below`), []);
  assertEquals(names(folder).sort(), [...kept, "a"].sort());
  await Deno.remove(folder, { recursive: true });
});

import { assertEquals, assertRejects } from "@std/assert";
import { ClientPayloadError, ClientSession } from "@roundtrip/http";

/** A tus server in process that keeps `kept()` bytes of a piece. */
function tus(kept: (size: number) => number) {
  const asked: string[] = [];
  let offset = 0;
  return {
    asked,
    async fetch(request: Request): Promise<Response> {
      asked.push(request.method);
      if (request.method === "POST") {
        return new Response(null, { status: 201, headers: { location: "/files/1" } });
      }
      const came = (await request.arrayBuffer()).byteLength;
      if (request.method === "PATCH") offset += kept(came);
      return new Response(null, { status: 204, headers: { "upload-offset": `${offset}` } });
    },
  };
}

const TRIES = { resumable: true, retries: 2, retryDelay: 1 };

for (const chunkSize of [40, undefined]) {
  Deno.test(`an upload in pieces of ${chunkSize} bytes tells that its file became shorter`, async () => {
    const path = await Deno.makeTempFile();
    await Deno.writeFile(path, new Uint8Array(100));
    const app = tus((size) => {
      Deno.truncateSync(path, 50);
      return Math.min(size, 40);
    });
    await using session = new ClientSession({ app });
    const upload = () => session.upload("/files", path, { ...TRIES, chunkSize });
    await assertRejects(upload, TypeError, "Cannot upload the file: it became shorter");
    await Deno.remove(path);
    assertEquals(app.asked, ["POST", "PATCH"]);
  });
}

Deno.test("an upload ends if the server keeps no byte of a piece", async () => {
  const app = tus(() => 0);
  await using session = new ClientSession({ app });
  await assertRejects(
    () => session.upload("/files", new Blob(["hello"]), TRIES),
    ClientPayloadError,
    "the server kept no byte",
  );
  assertEquals(app.asked.filter((each) => each === "PATCH").length, 3);
});

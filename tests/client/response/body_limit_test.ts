import { assert, assertEquals, assertRejects } from "@std/assert";
import { ClientPayloadError, ClientSession } from "@roundtrip/http";
import { overEachApp } from "../_transports.ts";

const chunked = (size: number): ReadableStream<Uint8Array<ArrayBuffer>> =>
  new Blob(["x".repeat(size)]).stream();
const gzip = (size: number): ReadableStream<Uint8Array> =>
  chunked(size).pipeThrough(new CompressionStream("gzip"));
const GZIP = { headers: { "content-encoding": "gzip" } };

/** The response, and whether it fits into 1000 bytes. */
const BODIES: readonly (readonly [string, () => Response, boolean])[] = [
  ["as long as the limit", () => new Response("x".repeat(1000)), true],
  ["a byte longer", () => new Response("x".repeat(1001)), false],
  ["of unknown length, as long as the limit", () => new Response(chunked(1000)), true],
  ["of unknown length, a byte longer", () => new Response(chunked(1001)), false],
  ["without end", () => new Response(endless()), false],
  ["compressed, as long as the limit", () => new Response(gzip(1000), GZIP), true],
  ["compressed, a byte longer", () => new Response(gzip(1001), GZIP), false],
];

function endless(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(500)),
  });
}

for (const [name, answer, fits] of BODIES) {
  overEachApp(`maxBodySize: a body ${name} is ${fits ? "read" : "refused"}`, async (serve) => {
    await using served = serve(answer);
    await using session = new ClientSession({ ...served.options, maxBodySize: 1000 });
    await using response = await session.get("/");
    if (fits) return assertEquals((await response.text()).length, 1000);
    const error = await assertRejects(() => response.text(), ClientPayloadError, "maxBodySize");
    assert(error.message.includes("1000"));
    await assertRejects(() => response.read(), ClientPayloadError, "maxBodySize");
  });
}

overEachApp("maxBodySize: a request's own counts, and streams have none", async (serve) => {
  await using served = serve(() => new Response("x".repeat(2000)));
  await using session = new ClientSession({ ...served.options, maxBodySize: 1000 });
  await using larger = await session.get("/", { maxBodySize: 2000 });
  assertEquals((await larger.read()).length, 2000);
  await using none = await session.get("/", { maxBodySize: 0 });
  assertEquals((await none.read()).length, 2000);
  await using streamed = await session.get("/");
  let size = 0;
  for await (const piece of streamed.content.iterAny()) size += piece.length;
  assertEquals(size, 2000);
  await assertRejects(() => session.get("/", { maxBodySize: NaN }), RangeError, "maxBodySize NaN");
});

overEachApp("using releases a response", async (serve) => {
  await using served = serve(() => new Response("hello"));
  await using session = new ClientSession(served.options);
  let kept;
  {
    using response = await session.get("/");
    kept = response;
  }
  await assertRejects(() => kept.text(), Error, "released");
});

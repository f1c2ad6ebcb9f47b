import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  BodyPartReader,
  ClientSession,
  MultipartLimitError,
  type MultipartReader,
  web,
} from "@roundtrip/http";
import { serve } from "../../_harness.ts";

const PART = new TextEncoder().encode("--b\r\n\r\nx\r\n");
const headers = { "content-type": "multipart/mixed; boundary=b" };

/** An endless response. */
const endless = () =>
  new Response(
    new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(PART.slice()) }),
    { headers },
  );

const LEAVING: [string, (reader: MultipartReader) => Promise<void>][] = [
  ["is disposed", async (reader) => {
    await reader.next();
    await reader[Symbol.asyncDispose]();
  }],
  ["is disposed before the first part", (reader) => reader[Symbol.asyncDispose]()],
  ["meets a limit", async (reader) => {
    await assertRejects(async () => {
      for await (const _ of reader);
    }, MultipartLimitError);
  }],
  ["is cancelled", async (reader) => {
    await reader.next();
    reader.cancel(new Error("mine"));
    await assertRejects(() => reader.next(), Error, "mine");
  }],
];
for (const [name, leave] of LEAVING) {
  Deno.test(`a response's connection is free when its multipart reader ${name}`, async () => {
    const options = { connector: { limit: 1 }, timeout: { total: 2_000 } };
    await using served = await serve([
      web.get("/", endless),
      web.get("/next", () => new Response("next")),
    ], options);
    const response = await served.session.get("/", { timeout: { total: 0 } });
    await leave(response.multipart({ maxParts: 5 }));
    await using next = await served.session.get("/next");
    assertEquals(await next.text(), "next");
  });
}

Deno.test("a response's parts are read to their end", async () => {
  const app = { fetch: () => new Response("--b\r\n\r\n1\r\n--b\r\n\r\n2\r\n--b--", { headers }) };
  await using session = new ClientSession({ app });
  await using response = await session.get("/");
  const texts: string[] = [];
  for await (const part of response.multipart()) {
    assert(part instanceof BodyPartReader);
    texts.push(await part.text());
  }
  assertEquals(texts, ["1", "2"]);
});

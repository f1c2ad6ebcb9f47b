import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ClientConnectionError,
  ClientSession,
  FormBody,
  MultipartWriter,
  replayMiddleware,
  type ReplayOptions,
} from "@roundtrip/http";
import { ownWork } from "../../_memory.ts";

/** A service whose responses count its requests. */
function service() {
  let calls = 0;
  const headers = { "set-cookie": "secret=1", "x-kept": "yes" };
  return {
    get calls() {
      return calls;
    },
    async fetch(request: Request): Promise<Response> {
      calls++;
      const { pathname } = new URL(request.url);
      if (pathname === "/red") return Response.redirect("http://h/end", 302);
      if (pathname === "/binary") return new Response(Uint8Array.of(0xff, 0, 0x80), { headers });
      if (pathname === "/gone") return new Response(null, { status: 204 });
      return new Response(`${calls} ${request.method} ${await request.text()}`, { headers });
    },
  };
}

async function asked(session: ClientSession): Promise<string[]> {
  const seen: string[] = [];
  const requests: [string, string, Record<string, unknown>?][] = [
    ["GET", "http://h/a"],
    ["GET", "http://h/a"],
    ["POST", "http://h/a", { data: "one" }],
    ["POST", "http://h/a", { json: { two: 2 } }],
    ["GET", "http://h/red"],
    ["GET", "http://h/binary"],
    ["GET", "http://h/gone"],
  ];
  for (const [method, url, options = {}] of requests) {
    await using response = await session.request(method, url, options);
    const body = [...await response.read()];
    seen.push([response.status, response.headers.get("x-kept"), response.url, body].join(" "));
  }
  return seen;
}

Deno.test("replayMiddleware() replays recorded responses, including redirects and bytes", async () => {
  const path = `${await Deno.makeTempDir()}/replies.jsonl`;
  const app = service();
  const seen: string[][] = [];
  for (const mode of ["auto", "auto", "replay"] satisfies ReplayOptions["mode"][]) {
    const middlewares = [replayMiddleware(path, { mode })];
    await using session = new ClientSession({ app, middlewares });
    seen.push(await asked(session));
  }
  assertEquals(app.calls, 8);
  assertEquals(seen[0]?.[5], "200 yes http://h/binary 255,0,128");
  assertEquals(seen[1], seen[0]);
  assertEquals(seen[2], seen[0]);
  if (Deno.build.os !== "windows") {
    assertEquals(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
  }
  await using again = new ClientSession({
    app,
    middlewares: [replayMiddleware(path, { mode: "record" })],
  });
  await (await again.get("http://h/a")).release();
  assertEquals((await Deno.readTextFile(path)).trim().split("\n").length, 1);
});

Deno.test("replayMiddleware() explains what it cannot replay or record", async () => {
  const path = `${await Deno.makeTempDir()}/replies.jsonl`;
  const app = service();
  const sessionOf = (options: ReplayOptions) =>
    new ClientSession({ app, middlewares: [replayMiddleware(path, options)] });
  await using none = sessionOf({ mode: "replay" });
  await assertRejects(() => none.get("http://h/a"), Error, "replies.jsonl");
  await using recording = sessionOf({});
  await (await recording.get("http://h/a")).release();
  const stream = new Blob(["x"]).stream();
  await assertRejects(
    () => recording.post("http://h/a", { data: stream }),
    TypeError,
    "Cannot record POST http://h/a: its body is a stream",
  );
  await using replaying = sessionOf({});
  await assertRejects(
    () => replaying.get("http://h/other"),
    ClientConnectionError,
    "Cannot replay GET http://h/other",
  );
  await (await replaying.get("http://h/a")).release();
  await assertRejects(() => replaying.get("http://h/a"), ClientConnectionError, "that is left");
  await Deno.writeTextFile(path, "no json\n");
  await using broken = sessionOf({});
  await assertRejects(() => broken.get("http://h/a"), TypeError, "a line is not valid JSON");
});

Deno.test("replayMiddleware() matches a form regardless of its boundaries", async () => {
  const path = `${await Deno.makeTempDir()}/replies.jsonl`;
  const forms = (text: string) => [
    new FormBody({ a: text }).addField("f", new Blob(["z"]), { filename: "a" }),
    new MultipartWriter("related").append(new MultipartWriter("mixed").append(text)).append("x"),
    new FormBody({ a: text }, { defaultToMultipart: true }),
  ];
  let calls = 0;
  const app = { fetch: () => new Response(`${++calls}`) };
  for (const mode of ["record", "replay"] as const) {
    const middlewares = [replayMiddleware(path, { mode })];
    await using session = new ClientSession({ app, middlewares });
    for (const [at, data] of forms("one").entries()) {
      await using response = await session.post("http://h/", { data });
      assertEquals(await response.text(), `${at + 1}`);
    }
    if (mode === "record") continue;
    for (const data of forms("another")) {
      await assertRejects(() => session.post("http://h/", { data }), ClientConnectionError);
    }
  }
});

Deno.test("replayMiddleware() quickly opens a long recording of one request", async () => {
  const path = `${await Deno.makeTempDir()}/replies.jsonl`;
  const line = { key: "GET http://h/", status: 200, reason: "OK", headers: [], text: "x" };
  await Deno.writeTextFile(path, `${JSON.stringify(line)}\n`.repeat(30_000));
  const app = { fetch: () => new Response() };
  await using session = new ClientSession({ app, middlewares: [replayMiddleware(path)] });
  const start = ownWork();
  await using response = await session.get("http://h/");
  assertEquals(await response.text(), "x");
  const ms = ownWork() - start;
  assert(ms < 1_000, `${Math.round(ms)} ms`);
});

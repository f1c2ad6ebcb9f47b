// Files as bodies: every byte arrives, also with slow readers and observers.
import { assert, assertEquals } from "@std/assert";
import { ClientSession, type RequestOptions, type TraceConfig } from "@roundtrip/http";
import { overEachApp } from "../_transports.ts";

const SIZE = 5 * 256 * 1024 + 7;

async function randomFile(): Promise<{ path: string; digest: string }> {
  const path = await Deno.makeTempFile();
  const bytes = new Uint8Array(SIZE);
  for (let at = 0; at < SIZE; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
  await Deno.writeFile(path, bytes);
  return { path, digest: await digestOf([bytes]) };
}

async function digestOf(pieces: Uint8Array<ArrayBuffer>[]): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await new Blob(pieces).bytes());
  return Array.from(new Uint8Array(digest)).join();
}

/** Collects every chunk slowly, then returns them. */
async function slowly(request: Request): Promise<Response> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of request.body ?? []) {
    pieces.push(piece);
    if (pieces.length % 8 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const digest = await digestOf(pieces);
  const { pathname } = new URL(request.url);
  if (pathname === "/") return new Response(digest);
  return new Response(null, { status: 307, headers: { location: "/" } });
}

const kept: Uint8Array[] = [];
const trace: TraceConfig = { onRequestChunkSent: (_, { chunk }) => kept.push(chunk) };
const ROWS: readonly (readonly [string, string, string, RequestOptions])[] = [
  ["POST", "/", "once", {}],
  ["PUT", "/", "repeatable", {}],
  ["POST", "/redirect", "sent again after a 307", {}],
  ["POST", "/", "with a progress", { onUploadProgress() {} }],
  ["POST", "/", "with a limit on silence", { timeout: { sockRead: 10_000 } }],
  ["POST", "/", "not compressed, encoded by the caller", {
    headers: { "content-encoding": "x-mine" },
  }],
];
for (const [method, path, name, options] of ROWS) {
  overEachApp(`a file arrives whole: ${method}, ${name}`, async (serve) => {
    const file = await randomFile();
    await using served = serve(slowly);
    await using session = new ClientSession(served.options);
    const data = await Deno.open(file.path);
    await using response = await session.request(method, path, { ...options, data });
    assertEquals(await response.text(), file.digest);
    await Deno.remove(file.path);
  });
}

overEachApp("the pieces that a trace is shown stay whole", async (serve) => {
  const file = await randomFile();
  await using served = serve(slowly);
  await using session = new ClientSession({ ...served.options, traceConfigs: [trace] });
  await using response = await session.post("/", { data: await Deno.open(file.path) });
  assertEquals(await response.text(), file.digest);
  assert(kept.length > 1);
  assertEquals(await digestOf(kept.splice(0) as Uint8Array<ArrayBuffer>[]), file.digest);
  await Deno.remove(file.path);
});

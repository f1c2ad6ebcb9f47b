// A large body through the platform's fetch, by the modes of transfer_roundtrip.ts; each has the buffer that is best for it.
import { CA } from "../../../tests/server/_tls.ts";
import { LARGE } from "../servers/replies.mjs";
import { mode, originOf, serveRounds, url } from "./worker.mjs";

const client = Deno.createHttpClient({ caCerts: [CA] });
const origin = await originOf(mode.startsWith("tls_"));
const kind = mode.replace("tls_", "");

function get(path: string): Promise<Response> {
  return fetch(new URL(path, origin), { client });
}

async function download(): Promise<void> {
  const response = await get(kind === "chunked" ? "/chunked" : "/large");
  const reader = response.body?.getReader({ mode: "byob" });
  let length = 0;
  let buffer = new ArrayBuffer(64 * 1024);
  for (;;) {
    const result = await reader?.read(new Uint8Array(buffer));
    if (result === undefined || result.done) break;
    length += result.value.length;
    buffer = result.value.buffer;
  }
  if (length !== LARGE) throw new Error(`${length} bytes came`);
}

async function iterate(): Promise<void> {
  const response = await get("/large");
  let length = 0;
  for await (const piece of response.body ?? []) length += piece.length;
  if (length !== LARGE) throw new Error(`${length} bytes came`);
}

async function save(): Promise<void> {
  await Deno.remove(file); // as in transfer_roundtrip.ts
  const response = await get("/large");
  const to = await Deno.open(file, { write: true, createNew: true });
  await response.body?.pipeTo(to.writable);
}

async function upload(): Promise<void> {
  // The stream of an open file is the fastest body of fetch that is not in memory: Deno reads it
  // without JavaScript. Its length is unknown, so it is sent chunked.
  const body = (await Deno.open(file)).readable;
  const response = await fetch(url, { method: "POST", body });
  if (await response.text() !== `${LARGE}`) throw new Error("Not all bytes arrived");
}

const file = await Deno.makeTempFile();
await Deno.truncate(file, LARGE); // without a block on the disk
const operations: Readonly<Record<string, () => Promise<void>>> = { iterate, file: save, upload };
await serveRounds(operations[kind] ?? download);
await Deno.remove(file);
Deno.exit();

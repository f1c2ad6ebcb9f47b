// A large body through the platform's fetch: `--mode download` into one buffer, `--mode iterate` piece
// by piece, `--mode upload`.
import { LARGE } from "../servers/replies.mjs";
import { mode, serveRounds, url } from "./worker.mjs";

async function download(): Promise<void> {
  const response = await fetch(new URL("/large", url));
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
  const response = await fetch(new URL("/large", url));
  let length = 0;
  for await (const piece of response.body ?? []) length += piece.length;
  if (length !== LARGE) throw new Error(`${length} bytes came`);
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
await serveRounds(mode === "upload" ? upload : mode === "iterate" ? iterate : download);
await Deno.remove(file);
Deno.exit();

// A large body through the platform's fetch: `--mode download` or `--mode upload`.
import { LARGE } from "../servers/replies.mjs";
import { mode, serveRounds, url } from "./worker.mjs";

async function download(): Promise<void> {
  const response = await fetch(new URL("/large", url));
  let length = 0;
  for await (const piece of response.body ?? []) length += piece.length;
  if (length !== LARGE) throw new Error(`${length} bytes came`);
}

async function upload(): Promise<void> {
  // A stream goes out chunked, and Deno's fetch stalls on that for seconds now and then.
  const response = await fetch(url, { method: "POST", body: new Uint8Array(LARGE) });
  if (await response.text() !== `${LARGE}`) throw new Error("Not all bytes arrived");
}

await serveRounds(mode === "upload" ? upload : download);
Deno.exit();

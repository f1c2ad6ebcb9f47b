// A large body through a session: `--mode download` into one buffer, `--mode chunked` likewise,
// `--mode iterate` piece by piece, `--mode file`, `--mode upload`; `tls_` before them means TLS.
import { ClientSession } from "../../../mod.ts";
import { CA } from "../../../tests/server/_tls.ts";
import { LARGE } from "../servers/replies.mjs";
import { mode, originOf, serveRounds } from "./worker.mjs";

await using session = new ClientSession({
  baseUrl: await originOf(mode.startsWith("tls_")),
  connector: { caCerts: [CA] },
});
const kind = mode.replace("tls_", "");

const file = await Deno.makeTempFile();
await Deno.truncate(file, LARGE); // without a block on the disk

async function download(): Promise<void> {
  await using response = await session.get(kind === "chunked" ? "/chunked" : "/large");
  let length = 0;
  let buffer = new Uint8Array(128 * 1024);
  for (;;) {
    const piece = await response.content.readInto(buffer);
    if (piece.length === 0) break;
    length += piece.length;
    buffer = new Uint8Array(piece.buffer);
  }
  if (length !== LARGE) throw new Error(`${length} bytes came`);
}

async function iterate(): Promise<void> {
  await using response = await session.get("/large");
  let length = 0;
  for await (const piece of response.content.iterAny()) length += piece.length;
  if (length !== LARGE) throw new Error(`${length} bytes came`);
}

async function save(): Promise<void> {
  await Deno.remove(file); // replacing it would keep 2 GiB in the page cache
  await using response = await session.get("/large");
  await response.saveTo(file);
}

async function upload(): Promise<void> {
  await using response = await session.post("/", { data: await Deno.open(file) });
  if (await response.text() !== `${LARGE}`) throw new Error("Not all bytes arrived");
}

const operations: Readonly<Record<string, () => Promise<void>>> = { iterate, file: save, upload };
await serveRounds(operations[kind] ?? download);
await Deno.remove(file);

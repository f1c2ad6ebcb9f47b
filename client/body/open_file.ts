import { nodeFs, nodePath, nodeUrl } from "../../http/node_modules.ts";

/**
 * Opens a file to send, with the name and type that `Deno.open()` does not know, as aiohttp takes
 * them from `open(path, "rb")`. It is closed when it was sent.
 * @param path Path of the file; its extension gives the type, by default
 * `application/octet-stream`.
 * @returns A `Deno.FsFile` on Deno, elsewhere a `File` that is read when it is sent.
 * @throws {Error} The platform's error if it cannot be opened.
 * @example
 * ```ts
 * import { FormBody, openFile } from "@roundtrip/http";
 *
 * const path = await Deno.makeTempFile({ suffix: ".csv" });
 * const form = new FormBody().addField("report", await openFile(path));
 * const sent = await new Response(form.encode().stream()).text();
 * console.assert(sent.includes("Content-Type: text/csv") && sent.includes('.csv"'));
 * ```
 */
export async function openFile(
  path: string | URL,
): Promise<File | (Deno.FsFile & { readonly name: string; readonly type: string })> {
  const { default: mime } = await import("mime");
  const name = nodePath().basename(path instanceof URL ? nodeUrl().fileURLToPath(path) : path);
  const type = mime.getType(name) ?? "application/octet-stream";
  if ("Deno" in globalThis) return Object.assign(await Deno.open(path), { name, type });
  await nodeFs().promises.access(path); // its error has the path
  return new File([await nodeFs().openAsBlob(path)], name, { type });
}

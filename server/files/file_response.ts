import { nodeUrl } from "../../http/node_modules.ts";
import { OptionTable } from "../../http/options.ts";
import { HTTPForbidden } from "../exceptions/replies.ts";
import type { Responder } from "../request/middleware.ts";
import { mimeTypeOf } from "./mime_type.ts";
import { headReader } from "../engine/engine_of_request.ts";
import { requestInternals, type ServerRequest } from "../request/request.ts";
import { fileError, sendFile } from "./send_file.ts";
import { chosenOf, type Located, variantsOf } from "./variants.ts";

/** Options of {@linkcode FileResponse}. */
export interface FileResponseOptions {
  /** Status code; conditions and ranges only apply to `200`. @default {200} */
  readonly status?: number;
  /** Headers; they override those of the file. */
  readonly headers?: HeadersInit;
  /** Value of `Content-Type`. @default by the extension */
  readonly contentType?: string;
}

const FILE_RESPONSE_OPTIONS = new OptionTable<FileResponseOptions>({
  status: "a number",
  headers: "a map or a list of pairs",
  contentType: "a string",
});

/**
 * Sends a file: streamed, with `ETag` and `Last-Modified`, conditional requests and single ranges;
 * `name.br` or `name.gz` beside it to clients that accept it. A missing file is `404`, an unreadable
 * one or one that is not a regular file is `403`. For a path that the client chose there is
 * `web.static()`, which never leaves its folder.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const path = await Deno.makeTempFile({ suffix: ".txt" });
 * await Deno.writeTextFile(path, "hello");
 * const app = new web.Application();
 * app.addRoutes([web.get("/", () => new web.FileResponse(path))]);
 * const response = await app.request("/", { headers: { range: "bytes=0-1" } });
 * console.assert(response.status === 206 && await response.text() === "he");
 * ```
 */
export class FileResponse implements Responder {
  /** The file. */
  readonly path: string | URL;
  /** Status code. */
  readonly status: number;
  /** Headers; they override those of the file. */
  readonly headers: Headers;

  /** Creates one. */
  constructor(path: string | URL, options: FileResponseOptions = {}) {
    FILE_RESPONSE_OPTIONS.check("new web.FileResponse", options);
    this.path = path;
    this.status = options.status ?? 200;
    this.headers = new Headers(options.headers);
    if (options.contentType !== undefined) this.headers.set("content-type", options.contentType);
  }

  /** Makes the response, or throws the 404 or 403; called by dispatch. */
  async respond(request: ServerRequest): Promise<Response> {
    const path = this.path instanceof URL ? nodeUrl().fileURLToPath(this.path) : this.path;
    const info = look(path);
    // A FIFO would block the request until another process writes to it, a device for ever.
    if (!info.isFile) throw new HTTPForbidden();
    const variants = variantsOf({ path, info }, mimeTypeOf(path), regularFile);
    const { method, raw } = request;
    const head = headReader(raw, requestInternals.infoOf(request));
    const options = { status: this.status, headers: this.headers };
    return await sendFile(method, head, chosenOf(variants, head), options);
  }
}

/** Reads the status synchronously, as nginx does: cheaper than a thread switch. */
function look(path: string): Deno.FileInfo {
  try {
    return Deno.statSync(path);
  } catch (error) {
    throw fileError(error);
  }
}

function regularFile(path: string): Located | null {
  try {
    const info = Deno.lstatSync(path);
    return info.isFile ? { path, info } : null;
  } catch {
    return null; // no precompressed file
  }
}

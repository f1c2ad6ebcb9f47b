import { formatHttpDate } from "../../http/headers/http_date.ts";
import { OptionTable } from "../../http/options.ts";
import {
  HTTPBadRequest,
  HTTPConflict,
  HTTPForbidden,
  HTTPNotFound,
  HTTPPreconditionFailed,
  HTTPRequestEntityTooLarge,
  HTTPUnsupportedMediaType,
} from "../exceptions/replies.ts";
import { HTTPException } from "../exceptions/http_exception.ts";
import type { Handler } from "../request/middleware.ts";
import type { ServerRequest } from "../request/request.ts";
import { withAnswerHeaders } from "../guards/answer_headers.ts";
import { route, type RouteDef } from "../routes/route_def.ts";
import { TusFolder, type TusInfo, type TusState } from "./tus_folder.ts";

/** An upload of a client, from its creation on. */
export interface TusUpload {
  /** Its id, a UUID, which is the last part of its URL and the name of its file. */
  readonly id: string;
  /** Size of the whole, in bytes. */
  readonly size: number;
  /** What the client tells about it, such as `filename` and `filetype`. Check it as any input. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** A complete upload. */
export interface TusFile extends TusUpload {
  /** Path of the file; move it to where it belongs, or leave it. */
  readonly path: string;
  /** Its digest in hex, `null` without `sha256: true`. */
  readonly sha256: string | null;
}

/** Options of {@linkcode tusUploads}. */
export interface TusOptions {
  /** Folder of the uploads; it has to exist. */
  readonly folder: string;
  /** Largest upload, in bytes. @default {1073741824} */
  readonly maxSize?: number;
  /** Time after which an unfinished upload without news is removed, in ms. @default {86400000} */
  readonly expiresIn?: number;
  /** Whether to compute the SHA-256 digest of a complete upload. @default {false} */
  readonly sha256?: boolean;
  /** Called before an upload is created; throw an HTTP exception to refuse it. */
  readonly onCreate?: (upload: TusUpload, request: ServerRequest) => void | Promise<void>;
  /** Called with a complete upload; if it throws, it is removed and the client gets the error. */
  readonly onComplete?: (file: TusFile, request: ServerRequest) => void | Promise<void>;
}

const TUS_OPTIONS = new OptionTable<TusOptions>({
  folder: "a string",
  maxSize: "a number",
  expiresIn: "a number",
  sha256: "true or false",
  onCreate: "a function",
  onComplete: "a function",
}, { directory: 'Write "folder"', path: 'Write "folder"', limit: 'Write "maxSize"' });

const VERSION = { "tus-resumable": "1.0.0" };
const PIECE = "application/offset+octet-stream";

/**
 * Routes for resumable uploads by tus 1.0 (https://tus.io/protocols/resumable-upload), for
 * tus-js-client, Uppy and `session.upload()` with `resumable`: creation (with a first piece too),
 * expiration, termination. Uploads are in a folder and go on after a restart; several processes may
 * share it behind a proxy that keeps a client at one of them.
 * @throws {RangeError} If a limit is not positive.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const routes = web.tusUploads("/files", { // for app.addRoutes()
 *   folder: "./uploads",
 *   onComplete: ({ path, metadata }) =>
 *     Deno.rename(path, `./done/${web.safeFilename(metadata.get("filename") ?? null)}`),
 * });
 * ```
 */
export function tusUploads(path: string, options: TusOptions): RouteDef[] {
  TUS_OPTIONS.check("web.tusUploads()", options);
  const { folder, maxSize = 1024 ** 3, expiresIn = 86_400_000 } = options;
  if (!(maxSize > 0 && expiresIn > 0)) {
    throw new RangeError(
      `web.tusUploads(): "maxSize" and "expiresIn" are above 0, got ${maxSize} and ${expiresIn}`,
    );
  }
  const tus = new Tus(new TusFolder(folder, expiresIn), { ...options, maxSize });
  const base = path.replace(/\/+$/, "");
  const one = `${base}/{id:[\\da-f-]{36}}`;
  const changing = versioned(({ headers, method }) => {
    const meant = (headers.get("x-http-method-override") ?? method).toUpperCase();
    return meant === "DELETE" ? tus.remove : meant === "PATCH" ? tus.append : null;
  });
  return [
    ...(base === "" ? ["/"] : [base, `${base}/`]).flatMap((each) => [
      route("POST", each, versioned(() => tus.create)),
      route("OPTIONS", each, () => tus.describe()),
    ]),
    route("HEAD", one, versioned(() => tus.tell)),
    ...["PATCH", "DELETE", "POST"].map((method) => route(method, one, changing)),
    route("OPTIONS", one, () => tus.describe()),
  ];
}

type Action = (request: ServerRequest) => Promise<Response>;

/** Checks the version of the protocol, and puts it on each reply. */
function versioned(choose: (request: ServerRequest) => Action | null): Handler {
  const act: Handler = (request) => {
    if (request.headers.get("tus-resumable") !== VERSION["tus-resumable"]) {
      throw new HTTPPreconditionFailed({ headers: { "tus-version": "1.0.0" } });
    }
    const action = choose(request);
    if (action === null) throw new HTTPBadRequest({ text: "POST needs X-HTTP-Method-Override" });
    return action(request);
  };
  return (request) =>
    withAnswerHeaders(request, act, (headers) => headers.set("tus-resumable", "1.0.0"));
}

class Tus {
  readonly #folder: TusFolder;
  readonly #options: TusOptions & { readonly maxSize: number };

  constructor(folder: TusFolder, options: TusOptions & { readonly maxSize: number }) {
    this.#folder = folder;
    this.#options = options;
  }

  describe(): Response {
    return reply(204, {
      ...VERSION,
      "tus-version": "1.0.0",
      "tus-extension": "creation,creation-with-upload,expiration,termination",
      "tus-max-size": `${this.#options.maxSize}`,
    });
  }

  readonly create: Action = async (request) => {
    const { maxSize, onCreate } = this.#options;
    const length = numberOf(request, "upload-length");
    if (length > maxSize) throw new HTTPRequestEntityTooLarge(maxSize);
    const metadata = request.headers.get("upload-metadata");
    const upload = { id: crypto.randomUUID(), size: length, metadata: pairsOf(metadata) };
    const { id } = upload;
    await onCreate?.(upload, request);
    await this.#folder.create({ id, length, metadata });
    const location = `${request.rawPath.replace(/\/$/, "")}/${id}`;
    const hasPiece = request.headers.get("content-type") === PIECE;
    if (!hasPiece && length > 0) {
      const { expires } = await this.#find(id);
      return reply(201, { location, "upload-expires": formatHttpDate(expires) });
    }
    const { headers } = await this.#write(id, 0, request);
    headers.set("location", location);
    return new Response(null, { status: 201, headers });
  };

  readonly tell: Action = async (request) => {
    const state = await this.#find(request.matchInfo.id ?? "");
    const { id, offset, length, metadata, expires } = state;
    // The process ended between the last byte and onComplete.
    const isWhole = offset === length && !state.isPublished;
    if (isWhole) await this.#folder.alone(id, () => this.#complete(state, request));
    return reply(200, {
      "upload-offset": `${offset}`,
      "upload-length": `${length}`,
      "cache-control": "no-store",
      ...(metadata === null ? {} : { "upload-metadata": metadata }),
      ...(offset === length ? {} : { "upload-expires": formatHttpDate(expires) }),
    });
  };

  readonly append: Action = async (request) => {
    if (request.headers.get("content-type") !== PIECE) throw new HTTPUnsupportedMediaType();
    const offset = numberOf(request, "upload-offset");
    return await this.#write(request.matchInfo.id ?? "", offset, request);
  };

  readonly remove: Action = async ({ matchInfo: { id = "" } }) => {
    if ((await this.#find(id)).isPublished) {
      throw new HTTPForbidden({ text: "The upload is complete, and no longer the client's" });
    }
    const done = await this.#folder.alone(id, async () => {
      await this.#folder.remove(id);
      return true;
    });
    if (done === null) throw locked();
    return reply(204, {});
  };

  async #find(id: string): Promise<TusState> {
    const found = await this.#folder.find(id);
    if (found === null) {
      throw new HTTPNotFound({ text: "The upload does not exist, or it expired" });
    }
    return found;
  }

  async #write(id: string, offset: number, request: ServerRequest): Promise<Response> {
    const written = await this.#folder.alone(id, async () => {
      const state = await this.#find(id);
      if (state.offset !== offset) {
        throw new HTTPConflict({ text: `The upload has ${state.offset} bytes, not ${offset}` });
      }
      const size = Number(request.headers.get("content-length") ?? 0);
      if (state.isPublished) return offset;
      if (offset + size > state.length) throw new HTTPRequestEntityTooLarge(state.length);
      const at = await this.#folder.append(state, request.content);
      if (at === state.length) await this.#complete(state, request);
      return at;
    });
    if (written === null) throw locked();
    const { length, expires } = await this.#find(id);
    const more = written === length ? {} : { "upload-expires": formatHttpDate(expires) };
    return reply(204, { "upload-offset": `${written}`, ...more });
  }

  async #complete(info: TusInfo, request: ServerRequest): Promise<void> {
    const { id, length, metadata } = info;
    const path = await this.#folder.publish(id);
    try {
      const sha256 = this.#options.sha256 === true ? await this.#folder.digestOf(path) : null;
      const file = { id, size: length, metadata: pairsOf(metadata), path, sha256 };
      await this.#options.onComplete?.(file, request);
    } catch (error) {
      await this.#folder.remove(id);
      await Deno.remove(path).catch(() => {}); // the callback has moved it
      throw error;
    }
  }
}

function reply(status: number, headers: HeadersInit): Response {
  return new Response(null, { status, headers });
}

function locked(): HTTPException {
  return new HTTPException(423, "Locked", { text: "Another request works on this upload" });
}

function numberOf({ headers }: ServerRequest, name: string): number {
  const text = headers.get(name) ?? "";
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new HTTPBadRequest({ text: `${name} is a number of bytes` });
}

/** Metadata: names, each with a value in Base64 or none. */
function pairsOf(metadata: string | null): ReadonlyMap<string, string> {
  const pairs = (metadata ?? "").match(/[^\s,][^,]*/g) ?? [];
  try {
    return new Map(pairs.map((pair) => {
      const [name = "", value = ""] = pair.trim().split(" ");
      const bytes = Uint8Array.from(atob(value), (character) => character.charCodeAt(0));
      return [name, new TextDecoder("utf-8", { fatal: true }).decode(bytes)];
    }));
  } catch (cause) {
    throw new HTTPBadRequest({ text: "upload-metadata has names and values in Base64", cause });
  }
}

import { nodeUrl } from "../../http/node_modules.ts";
import { OptionTable } from "../../http/options.ts";
import { directoryListing } from "../files/directory_listing.ts";
import { HTTPForbidden, HTTPNotFound, HTTPPermanentRedirect } from "../exceptions/replies.ts";
import { quotePath } from "../routing/path_template.ts";
import type { RelativeURL } from "../request/relative_url.ts";
import { type HeadReader, headReader } from "../engine/engine_of_request.ts";
import { requestInternals, type ServerRequest } from "../request/request.ts";
import { Resource } from "../routing/resource.ts";
import type { RouteResolution } from "../routing/route.ts";
import type { RouteDef } from "./route_def.ts";
import { fileError, type KnownFile, sendFile } from "../files/send_file.ts";
import { type Found, StaticRoot } from "../files/static_root.ts";

/** Options of {@linkcode staticFiles}, `web.static()`. */
export interface StaticOptions {
  /** Name of the resource, for `app.router.named(name).urlFor({ filename })`. */
  readonly name?: string;
  /** Whether to list directories; otherwise they are `403`. @default {false} */
  readonly showIndex?: boolean;
  /** Index file of directories, `index.html` for `true`. @default {false} */
  readonly index?: string | boolean;
  /** Path of a file for missing names without an extension, for single-page applications. */
  readonly fallback?: string;
  /** Whether links may leave the folder, to which only you may write. @default {false} */
  readonly followSymlinks?: boolean;
  /** Whether to serve names that begin with a dot; `.well-known` always is. @default {false} */
  readonly dotfiles?: boolean;
  /** Whether to send `.br` and `.gz` files beside the originals. @default {true} */
  readonly precompressed?: boolean;
  /** Charset in the type of text files. @default none, as in aiohttp */
  readonly charset?: string;
  /** Whether `urlFor()` appends a hash of the file's content. @default {false} */
  readonly appendVersion?: boolean;
  /** Headers of every file, such as `cache-control`. */
  readonly headers?: HeadersInit;
}

const STATIC_OPTIONS = new OptionTable<StaticOptions>({
  name: "a string",
  showIndex: "true or false",
  index: "a string or a boolean",
  fallback: "a string",
  followSymlinks: "true or false",
  dotfiles: "true or false",
  precompressed: "true or false",
  charset: "a string",
  appendVersion: "true or false",
  headers: "a map or a list of pairs",
});

/** Arguments of `urlFor()` for static files. */
export interface StaticUrlParts {
  /** Path below the folder; a leading slash is dropped. */
  readonly filename: string;
  /** Whether to append a hash of the file's content. @default the definition's option */
  readonly appendVersion?: boolean;
}

/** A folder before it is added to an application. */
export interface StaticDef extends RouteDef {
  /** Builds the URL of a file, with a hash of its content as `v` if it is asked for and exists. */
  urlFor(parts: StaticUrlParts): RelativeURL;
}

/**
 * Serves the files of a folder: with conditional requests, ranges and precompressed files, and
 * never a file outside the folder, whether by `..`, a link or a name with the same prefix.
 *
 * Missing and outside files are `404`; directories without `index` or `showIndex`, and files that
 * are unreadable or not regular, are `403`.
 * @throws {TypeError} If the prefix does not begin with a slash, or there is no such folder.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const folder = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${folder}/hello.txt`, "hello");
 * const app = new web.Application();
 * app.addRoutes([web.static("/files", folder)]);
 * console.assert(await (await app.request("/files/hello.txt")).text() === "hello");
 * ```
 */
export function staticFiles(
  prefix: string,
  folder: string | URL,
  options: StaticOptions = {},
): StaticDef {
  STATIC_OPTIONS.check("web.static()", options);
  if (!prefix.startsWith("/") || /[{}]/.test(prefix)) {
    throw new TypeError(
      `Cannot serve files under "${prefix}": it has to start with "/" and have no variables`,
    );
  }
  const root = new StaticRoot(folder instanceof URL ? nodeUrl().fileURLToPath(folder) : folder, {
    followSymlinks: options.followSymlinks ?? false,
    dotfiles: options.dotfiles ?? false,
    precompressed: options.precompressed ?? true,
    charset: options.charset ?? null,
  });
  const path = `${prefix.replace(/\/+$/, "")}/{filename:[^]*}`;
  const createResource = (path: string, name: string | null): StaticResource =>
    new StaticResource(path, name, root, options.appendVersion ?? false);
  const unbound = createResource(path, null);
  const send = sender(root, options);
  return {
    methods: ["GET", "HEAD"],
    path,
    handler: (request) => send(request, request.matchInfo.filename ?? ""),
    name: options.name ?? null,
    operation: { schemas: {}, openapi: false },
    createResource,
    urlFor: (parts) => unbound.urlFor({ ...parts }),
  };
}

/** The resource of a folder: the prefix and all paths below it. */
class StaticResource extends Resource {
  readonly #root: StaticRoot;
  readonly #appendVersion: boolean;
  #bare: string;

  constructor(path: string, name: string | null, root: StaticRoot, appendVersion: boolean) {
    super(path, name);
    this.#root = root;
    this.#appendVersion = appendVersion;
    this.#bare = path.slice(0, path.lastIndexOf("/{"));
  }

  override resolve(method: string, path: string): RouteResolution | null {
    // An encoded slash does not separate: a guard on "/files/private/" has not seen "private%2Fx".
    if (path.includes("%2F")) return null;
    return super.resolve(method, path === this.#bare && path !== "" ? `${path}/` : path);
  }

  override addPrefix(prefix: string): void {
    super.addPrefix(prefix);
    this.#bare = prefix + this.#bare;
  }

  override urlFor(parts: Readonly<Record<string, string | boolean>> = {}): RelativeURL {
    const { filename, appendVersion = this.#appendVersion, ...rest } = parts;
    if (typeof filename !== "string") return super.urlFor(parts); // which throws an error
    const name = filename.replace(/^\/+/, "");
    const url = super.urlFor({ ...rest, filename: name });
    const hash = appendVersion === true ? this.#root.hashOf(name) : null;
    return hash === null ? url : url.withQuery({ v: hash });
  }
}

function sender(
  root: StaticRoot,
  options: StaticOptions,
): (request: ServerRequest, filename: string) => Response | Promise<Response> {
  const sendOptions = {
    status: 200,
    headers: options.headers === undefined ? null : new Headers(options.headers),
  };
  const index = options.index === true ? "index.html" : options.index || null;
  const { fallback, showIndex = false, dotfiles = false } = options;

  return (request, filename) => {
    const head = headReader(request.raw, requestInternals.infoOf(request));
    const send = (found: Found): Response | Promise<Response> =>
      found.kind === "file"
        ? sendFile(request.method, head, found.file, sendOptions)
        : sendDirectory(request, filename, found.path, head);
    const found = root.find(filename, head);
    if (!(found instanceof Promise)) return send(found);
    return found.catch((error: unknown) => {
      // A page of the application instead of a missing file: its last name has no extension.
      const isPage = error instanceof HTTPNotFound && !/\.[^/]*$/.test(filename);
      if (fallback === undefined || !isPage) throw error;
      return root.find(fallback, head);
    }).then(send);
  };

  async function sendDirectory(
    request: ServerRequest,
    filename: string,
    path: string,
    head: HeadReader,
  ): Promise<Response> {
    const isSlashed = filename === "" || filename.endsWith("/");
    const file = index &&
      await indexOf(root, (isSlashed ? filename : `${filename}/`) + index, head);
    if (file) {
      if (!isSlashed) throw slashRedirect(request);
      return await sendFile(request.method, head, file, sendOptions);
    }
    if (!showIndex) throw new HTTPForbidden();
    const title = `/${filename.replace(/\/$/, "")}`;
    const page = await directoryListing(path, request.rawPath, title, dotfiles)
      .catch((error) => Promise.reject(fileError(error)));
    return new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } });
  }
}

async function indexOf(
  root: StaticRoot,
  path: string,
  head: HeadReader,
): Promise<KnownFile | null> {
  try {
    const found = await root.find(path, head);
    return found.kind === "file" ? found.file : null;
  } catch (error) {
    if (error instanceof HTTPNotFound) return null;
    throw error;
  }
}

function slashRedirect(request: ServerRequest): HTTPPermanentRedirect {
  // Requoted, so that no raw byte of the request line reaches the header. No name in the path is
  // empty here, so it cannot begin with "//" and lead to another host.
  const query = request.queryString === "" ? "" : `?${request.queryString}`;
  return new HTTPPermanentRedirect(`${quotePath(request.path)}/${query}`);
}

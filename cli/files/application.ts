/**
 * The application behind `roundtrip files`.
 * @module
 */
import {
  Application,
  FileResponse,
  get,
  HTTPBadRequest,
  HTTPForbidden,
  HTTPNotFound,
  HTTPPermanentRedirect,
  jsonResponse,
  type Middleware,
  post,
  type ServerRequest,
  static as staticFiles,
  textResponse,
} from "../../server/mod.ts";
import { archive, ARCHIVES } from "./archive.ts";
import { Root } from "./folder.ts";
import { type Account, localNamesOnly, requireAccount } from "./guards.ts";
import { listingPage } from "./page.ts";
import { basename } from "./paths.ts";
import { receive, type UploadOptions } from "./upload.ts";

/** What is served, and to whom. */
export interface FilesOptions {
  /** Folder or file. */
  readonly path: string;
  /** Address that the server is bound to. */
  readonly hostname: string;
  /** Where uploads may go: a folder below `path`, `""` for everywhere, `null` for nowhere. */
  readonly upload: string | null;
  /** Limits of uploads. */
  readonly uploads: UploadOptions;
  /** Who may see anything; empty for everyone. */
  readonly accounts: readonly Account[];
  /** Who may upload; empty for everyone who may see. */
  readonly uploaders: readonly Account[];
  /** File that stands for its folder, `null` for none. */
  readonly index: string | null;
  /** Whether `index.html` is sent where there is no file. */
  readonly spa: boolean;
  /** Whether folders are listed. */
  readonly listing: boolean;
  /** Whether folders can be had as archives. */
  readonly archives: boolean;
  /** Whether names that begin with a dot are served. */
  readonly hidden: boolean;
  /** Headers of every file. */
  readonly headers: readonly (readonly [string, string])[];
}

/**
 * Makes the application.
 *
 * @param options What is served, and to whom.
 */
export function filesApplication(options: FilesOptions): Application {
  const middlewares: Middleware[] = [localNamesOnly(options.hostname), (request, handler) => {
    requireAccount(options.accounts, request);
    return handler(request);
  }];
  const app = new Application({ middlewares, clientMaxSize: 0 });
  // What was uploaded is not to be taken for a page of another kind than it says.
  const headers = new Headers({ "x-content-type-options": "nosniff" });
  for (const [name, value] of options.headers) headers.append(name, value);
  if (Deno.statSync(options.path).isFile) {
    const file = (): FileResponse => new FileResponse(options.path, { headers });
    app.addRoutes([get("/", file), get(`/${encodeURIComponent(basename(options.path))}`, file)]);
    return app;
  }
  const root = new Root(options.path, options.hidden);
  const files = staticFiles("/", options.path, {
    dotfiles: options.hidden,
    headers,
    ...(options.index === null && !options.spa ? {} : { index: options.index ?? "index.html" }),
    ...(options.spa ? { fallback: "index.html" } : {}),
  });
  app.addRoutes([
    { ...files, handler: (request) => serveFolder(request, root, options, files.handler) },
    post("/{path:[^]*}", (request) => upload(request, root, options)),
  ]);
  return app;
}

/** A file, or what a folder has to show where `web.static()` says 403. */
async function serveFolder(
  request: ServerRequest,
  root: Root,
  options: FilesOptions,
  file: (request: ServerRequest) => ReturnType<ReturnType<typeof staticFiles>["handler"]>,
): Promise<Awaited<ReturnType<typeof file>>> {
  const kind = request.query.get("archive");
  if (kind !== null && options.archives) return await sendArchive(request, root, kind);
  try {
    return await file(request);
  } catch (error) {
    if (!(error instanceof HTTPForbidden) || !options.listing) throw error;
    return await sendListing(request, root, options);
  }
}

async function sendListing(
  request: ServerRequest,
  root: Root,
  options: FilesOptions,
): Promise<Response> {
  const path = await root.find(request.rawPath);
  if (path === null) throw new HTTPForbidden();
  if (!request.rawPath.endsWith("/")) {
    throw new HTTPPermanentRedirect(`./${lastSegment(request.rawPath)}/`);
  }
  const entries = await root.list(path);
  if (request.query.get("raw") === "true") {
    const lines = entries.map(({ name, isFolder }) => `${name}${isFolder ? "/" : ""}\n`);
    return textResponse(lines.join(""));
  }
  const nonce = crypto.randomUUID();
  const page = listingPage({
    title: decodeURIComponent(request.rawPath),
    entries,
    upload: await mayReceive(root, path, options),
    archives: options.archives ? Object.keys(ARCHIVES) : [],
    nonce,
  });
  return new Response(page, {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy":
        `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; ` +
        `connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
      "cache-control": "no-store",
    },
  });
}

function lastSegment(rawPath: string): string {
  return rawPath.slice(rawPath.lastIndexOf("/") + 1);
}

async function sendArchive(request: ServerRequest, root: Root, kind: string): Promise<Response> {
  const type = Object.hasOwn(ARCHIVES, kind) ? ARCHIVES[kind] : undefined;
  if (type === undefined) {
    throw new HTTPBadRequest({
      text: `400: archives are ${Object.keys(ARCHIVES).join(", ")}`,
    });
  }
  const path = await root.find(request.rawPath);
  if (path === null) throw new HTTPNotFound();
  const name = path === root.path ? root.name : basename(path);
  const file = encodeURIComponent(`${name}.${kind}`).replaceAll("'", "%27");
  return new Response(await archive(root, path, name, kind), {
    headers: {
      "content-type": type,
      "content-disposition": `attachment; filename*=UTF-8''${file}`,
      "cache-control": "no-store",
    },
  });
}

async function upload(
  request: ServerRequest,
  root: Root,
  options: FilesOptions,
): Promise<Response> {
  requireAccount(options.uploaders, request);
  const path = await root.find(request.rawPath);
  if (path === null) throw new HTTPNotFound();
  if (!await mayReceive(root, path, options)) {
    const why = options.upload === null
      ? "start it with --upload"
      : `upload to /${options.upload}/`;
    throw new HTTPForbidden({ text: `403: no uploads here; ${why}` });
  }
  const saved = await receive(request, root, path, options.uploads);
  if (saved.length === 0) {
    throw new HTTPBadRequest({ text: "400: the form has no file: curl -F file=@NAME" });
  }
  if (/\btext\/html\b/.test(request.headers.get("accept") ?? "")) {
    return new Response(null, { status: 303, headers: { location: request.rawPath } });
  }
  if (/\bjson\b/.test(request.headers.get("accept") ?? "")) {
    return jsonResponse({ saved }, { status: 201 });
  }
  const lines = saved.map(({ name, size }) => `saved ${name} (${size} bytes)\n`);
  return textResponse(lines.join(""), { status: 201 });
}

async function mayReceive(root: Root, path: string, options: FilesOptions): Promise<boolean> {
  if (options.upload === null) return false;
  if (options.upload === "") return true;
  const allowed = await root.find(options.upload.split("/").map(encodeURIComponent).join("/"));
  return allowed !== null && (path === allowed || path.startsWith(`${allowed}/`) ||
    path.startsWith(`${allowed}\\`));
}

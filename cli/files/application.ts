import {
  Application,
  compressMiddleware,
  del,
  FileResponse,
  get,
  type Handler,
  HTTPBadRequest,
  HTTPForbidden,
  HTTPNotFound,
  HTTPPermanentRedirect,
  jsonResponse,
  type Middleware,
  post,
  put,
  readiness,
  type ServerRequest,
  static as staticFiles,
  sweepParts,
  textResponse,
} from "../../server/mod.ts";
import { requireAccount } from "../listening/accounts.ts";
import { sendArchive } from "./archive.ts";
import { makeFolder, readChange, refused, remove } from "./changes.ts";
import { decoded, isWithin, Root } from "./folder.ts";
import { pageReply, sendListing } from "./listing.ts";
import { localNamesOnly } from "./local_names_only.ts";
import type { FilesOptions } from "./options.ts";
import { confirmPage } from "./page.ts";
import { basename } from "node:path";
import { resumableUploads } from "./resumable.ts";
import { textType } from "./text_type.ts";
import { checkOrigin, receive, receivePut } from "./upload.ts";

const POLICY = "content-security-policy";

/** State shared by the handlers of one application. */
interface Served {
  readonly root: Root;
  readonly options: FilesOptions;
  readonly headers: Headers;
  /** Sends a file, or throws 403 for a folder. */
  readonly file: Handler;
}

export function filesApplication(options: FilesOptions): Application {
  const { prefix, health, accounts, uploaders } = options;
  // Uploaders may also read: a request carries only one pair of credentials.
  const readers = accounts.length === 0 ? [] : [...accounts, ...uploaders];
  const middlewares: Middleware[] = [localNamesOnly(options.hostnames), (request, handler) => {
    if (health === null || request.path !== health) requireAccount(readers, request);
    return handler(request);
  }];
  if (options.compress) middlewares.push(compressMiddleware({ codings: ["gzip"] }));
  middlewares.push(async (request, handler) => {
    try {
      return await handler(request);
    } catch (cause) {
      throw refused(cause);
    }
  });
  const app = new Application({ middlewares, clientMaxSize: 0 });
  if (health !== null) app.addRoutes([get(health, readiness())]);
  // Browsers must not guess another type for an uploaded file.
  const headers = new Headers({ "x-content-type-options": "nosniff" });
  for (const [name, value] of options.headers) headers.append(name, value);
  if (Deno.statSync(options.path).isFile) {
    const only: Handler = (request) => sendFile(request, options.path, headers);
    const name = encodeURIComponent(basename(options.path));
    app.addRoutes([get(`${prefix}/`, only), get(`${prefix}/${name}`, only)]);
    return app;
  }
  const files = staticFiles(prefix === "" ? "/" : prefix, options.path, {
    dotfiles: options.hidden,
    headers,
    ...(options.index === null && !options.spa ? {} : { index: options.index ?? "index.html" }),
    ...(options.spa ? { fallback: options.index ?? "index.html" } : {}),
  });
  const root = new Root(options.path, options.hidden);
  if (options.upload !== null) app.onStartup.push(() => app.spawn(() => sweepParts(root.path)));
  const served: Served = { root, options, headers, file: files.handler as Handler };
  app.addRoutes([
    ...(options.upload === null ? [] : resumableUploads(root, options)),
    { ...files, handler: (request) => serveFolder(request, served) },
    put(`${prefix}/{path:[^]*}`, (request) => putAt(request, served)),
    post(`${prefix}/{path:[^]*}`, (request) => change(request, served)),
    del(`${prefix}/{path:[^]*}`, (request) => removeAt(request, served)),
  ]);
  return app;
}

/** The path below the prefix, still percent-encoded. */
function innerPath(request: ServerRequest, { prefix }: FilesOptions): string {
  const segments = prefix.split("/").length;
  return `/${request.rawPath.split("/").slice(segments).join("/")}`;
}

/** Serves a file, or the listing of a folder for which `web.static()` answers 403. */
async function serveFolder(
  request: ServerRequest,
  served: Served,
): Promise<Awaited<ReturnType<Handler>>> {
  const { options, root } = served;
  const path = innerPath(request, options);
  const kind = request.query.get("archive");
  if (kind !== null && options.archives) {
    // On a file, `archive` may be a query parameter of its own.
    const folder = await root.find(path);
    if (folder !== null) return await sendArchive(root, folder, kind);
  }
  const doomed = request.query.get("confirm");
  if (doomed !== null && options.remove) {
    const folder = await root.find(path);
    if (folder !== null && root.allows(doomed)) return pageReply(confirmPage(doomed), null);
  }
  if (root.isPartial(path)) throw new HTTPNotFound();
  try {
    const reply = guarded(await served.file(request), served);
    return reply instanceof Response
      ? await readable(reply, await fileOf(path, served), served.headers)
      : reply;
  } catch (error) {
    if (error instanceof HTTPNotFound && options.prettyUrls) {
      const page = await root.findFile(`${path}.html`);
      if (page !== null) return guarded(await sendFile(request, page, served.headers), served);
    }
    if (!(error instanceof HTTPForbidden) || !options.listing) throw error;
    const folder = await root.find(path);
    if (folder === null) throw new HTTPForbidden();
    if (!path.endsWith("/")) {
      const query = request.queryString === "" ? "" : `?${request.queryString}`;
      throw new HTTPPermanentRedirect(`./${path.slice(path.lastIndexOf("/") + 1)}/${query}`);
    }
    return await sendListing({
      request,
      root,
      folder,
      path,
      options,
      change: await mayChange(root, folder, options),
    });
  }
}

// Types in which a browser runs scripts. Others are not sandboxed: Chromium shows no PDF in a
// sandbox.
const ACTIVE = /^(?:text\/(?:html|xml)|application\/xml|[\w.-]+\/[\w.-]+\+xml)\b/i;

/** Sandboxes pages: scripts of uploads, on the page's origin, could act for the user. */
function guarded<Reply extends Awaited<ReturnType<Handler>>>(
  reply: Reply,
  { options }: Served,
): Reply {
  if (options.upload === null || !(reply instanceof Response)) return reply;
  const { headers } = reply;
  const isActive = ACTIVE.test(headers.get("content-type") ?? "");
  if (isActive && !headers.has(POLICY)) headers.set(POLICY, "sandbox");
  return reply;
}

/** The file that `web.static()` sent. */
async function fileOf(path: string, { root, options }: Served): Promise<string | null> {
  const index = options.index ?? "index.html";
  const named = await root.findFile(path.endsWith("/") ? path + encodeURIComponent(index) : path);
  if (named !== null || !options.spa) return named;
  return await root.findFile(`/${encodeURIComponent(index)}`);
}

async function sendFile(
  request: ServerRequest,
  path: string,
  headers: Headers,
): Promise<Response> {
  return await readable(await new FileResponse(path, { headers }).respond(request), path, headers);
}

/** Adds the charset to text files and sends source code as text. */
async function readable(reply: Response, path: string | null, own: Headers): Promise<Response> {
  const type = reply.headers.get("content-type");
  if (path !== null && type !== null && !own.has("content-type")) {
    reply.headers.set("content-type", await textType(type, path));
  }
  return reply;
}

/** Handles a form: files to save, a folder to make, or a name to delete. */
async function change(request: ServerRequest, served: Served): Promise<Response> {
  const { root, options } = served;
  const folder = await changeable(request, innerPath(request, options), served);
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/x-www-form-urlencoded\b/i.test(type)) {
    return await upload(request, folder, served);
  }
  const form = await readChange(request);
  const made = form.get("mkdir");
  const removed = form.get("remove");
  if (made !== null && options.mkdir) await makeFolder(root, folder, made);
  else if (removed !== null && options.remove) await remove(root, folder, removed);
  else {
    throw made === null && removed === null
      ? new HTTPBadRequest({ text: "400: the form has neither mkdir nor remove" })
      : forbidden(`not allowed here; start it with ${made !== null ? "--mkdir" : "--rm-files"}`);
  }
  if (wantsPage(request)) return backToPage(request);
  return made !== null
    ? textResponse(`made ${made}/\n`, { status: 201 })
    : textResponse(`removed ${removed}\n`);
}

async function removeAt(request: ServerRequest, served: Served): Promise<Response> {
  const { root, options } = served;
  const path = innerPath(request, options).replace(/\/$/, "");
  const slash = path.lastIndexOf("/");
  if (slash === -1) throw forbidden("the served folder itself cannot be removed");
  const folder = await changeable(request, path.slice(0, slash + 1), served);
  if (!options.remove) throw forbidden("not allowed here; start it with --rm-files");
  const name = decoded(path.slice(slash + 1));
  if (name === null) throw new HTTPNotFound();
  await remove(root, folder, name);
  return textResponse(`removed ${name}\n`);
}

async function putAt(request: ServerRequest, served: Served): Promise<Response> {
  const { root, options } = served;
  const path = innerPath(request, options);
  const slash = path.lastIndexOf("/");
  const folder = await changeable(request, path.slice(0, slash + 1), served);
  if (options.upload === null) throw forbidden("no uploads here; start it with --upload");
  const file = decoded(path.slice(slash + 1));
  const { name, size } = await receivePut(request, root, folder, file, options.uploads);
  return textResponse(`saved ${name} (${size} bytes)\n`, { status: 201 });
}

/** The folder that a request wants to change, if this user may change it. */
async function changeable(
  request: ServerRequest,
  path: string,
  { root, options }: Served,
): Promise<string> {
  requireAccount(options.uploaders, request);
  checkOrigin(request);
  const folder = await root.find(path);
  if (folder === null) throw new HTTPNotFound();
  if (await mayChange(root, folder, options)) return folder;
  throw forbidden(`this folder is read-only; upload to /${options.upload}/`);
}

async function upload(
  request: ServerRequest,
  folder: string,
  { root, options }: Served,
): Promise<Response> {
  if (options.upload === null) throw forbidden("no uploads here; start it with --upload");
  const saved = await receive(request, root, folder, options.uploads);
  if (saved.length === 0) {
    throw new HTTPBadRequest({ text: "400: the form has no file: curl -F file=@NAME" });
  }
  if (wantsPage(request)) return backToPage(request);
  if (/\bjson\b/.test(request.headers.get("accept") ?? "")) {
    return jsonResponse({ saved }, { status: 201 });
  }
  const lines = saved.map(({ name, size }) => `saved ${name} (${size} bytes)\n`);
  return textResponse(lines.join(""), { status: 201 });
}

function forbidden(reason: string): HTTPForbidden {
  return new HTTPForbidden({ text: `403: ${reason}` });
}

function wantsPage(request: ServerRequest): boolean {
  return /\btext\/html\b/.test(request.headers.get("accept") ?? "");
}

function backToPage(request: ServerRequest): Response {
  // "//evil.com/" would lead to another site; browsers treat "\\" as "/".
  const location = request.rawPath.replace(/^[/\\]+/, "/");
  return new Response(null, { status: 303, headers: { location } });
}

async function mayChange(root: Root, folder: string, options: FilesOptions): Promise<boolean> {
  if (options.upload === null || options.upload === "") return true;
  const allowed = await root.find(options.upload.split("/").map(encodeURIComponent).join("/"));
  return allowed !== null && isWithin(allowed, folder);
}

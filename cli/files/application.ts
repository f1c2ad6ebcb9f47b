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
  type ServerRequest,
  static as staticFiles,
  type StaticDef,
  sweepParts,
  textResponse,
} from "../../server/mod.ts";
import { requireAccount } from "../listening/accounts.ts";
import { sendArchive } from "./archive.ts";
import {
  checkOrigin,
  makeFolder,
  readChange,
  receive,
  receivePut,
  refused,
  remove,
} from "./visitor_changes.ts";
import { decoded, isWithin, Root } from "./folder.ts";
import { confirmPage, pageReply, sendListing } from "./listing.ts";
import { localNamesOnly } from "./local_names_only.ts";
import type { FilesOptions } from "./options.ts";
import { basename } from "node:path";
import { resumableUploads } from "./resumable.ts";
import { textType } from "./text_type.ts";

const POLICY = "content-security-policy";

export function filesApplication(options: FilesOptions): Application {
  const { prefix, accounts, uploaders } = options;
  // Uploaders may also read: a request carries only one pair of credentials.
  const readers = accounts.length === 0 ? [] : [...accounts, ...uploaders];
  const middlewares: Middleware[] = [localNamesOnly(options.hostnames), (request, handler) => {
    requireAccount(readers, request);
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
  // Browsers must not guess another type for an uploaded file.
  const headers = new Headers({ "x-content-type-options": "nosniff" });
  for (const [name, value] of options.headers) headers.append(name, value);
  if (Deno.statSync(options.path).isFile) {
    const only: Handler = (request) => sendFile(request, options.path, headers);
    const name = encodeURIComponent(basename(options.path));
    app.addRoutes([get(`${prefix}/`, only), get(`${prefix}/${name}`, only)]);
    return app;
  }
  const folder = new ServedFolder(options, headers);
  if (options.upload !== null) {
    app.onStartup.push(() => app.spawn(() => sweepParts(folder.root.path)));
  }
  app.addRoutes([
    ...(options.upload === null ? [] : resumableUploads(folder.root, options)),
    { ...folder.files, handler: (request) => folder.get(request) },
    put(`${prefix}/{path:[^]*}`, (request) => folder.put(request)),
    post(`${prefix}/{path:[^]*}`, (request) => folder.post(request)),
    del(`${prefix}/{path:[^]*}`, (request) => folder.delete(request)),
  ]);
  return app;
}

type Reply = Awaited<ReturnType<Handler>>;

// Only types in which a browser runs scripts, as Chromium shows no PDF in a sandbox.
const ACTIVE = /^(?:text\/(?:html|xml)|application\/xml|[\w.-]+\/[\w.-]+\+xml)\b/i;

class ServedFolder {
  readonly root: Root;
  /** The route of its files, which answers 403 for a folder. */
  readonly files: StaticDef;
  readonly #options: FilesOptions;
  readonly #headers: Headers;

  constructor(options: FilesOptions, headers: Headers) {
    const { path, prefix, index, spa, hidden } = options;
    this.#options = options;
    this.#headers = headers;
    this.root = new Root(path, hidden);
    this.files = staticFiles(prefix === "" ? "/" : prefix, path, {
      dotfiles: hidden,
      headers,
      ...(index === null && !spa ? {} : { index: index ?? "index.html" }),
      ...(spa ? { fallback: index ?? "index.html" } : {}),
    });
  }

  /** Serves a file, or the listing of a folder. */
  async get(request: ServerRequest): Promise<Reply> {
    const [options, root, path] = [this.#options, this.root, this.#pathOf(request)];
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
      const reply = this.#guarded(await (this.files.handler as Handler)(request));
      if (!(reply instanceof Response)) return reply;
      return await readable(reply, await this.#fileAt(path), this.#headers);
    } catch (error) {
      if (error instanceof HTTPNotFound && options.prettyUrls) {
        const page = await root.findFile(`${path}.html`);
        if (page !== null) return this.#guarded(await sendFile(request, page, this.#headers));
      }
      if (!(error instanceof HTTPForbidden) || !options.listing) throw error;
      const folder = await root.find(path);
      if (folder === null) throw new HTTPForbidden();
      if (!path.endsWith("/")) {
        const query = request.queryString === "" ? "" : `?${request.queryString}`;
        throw new HTTPPermanentRedirect(`./${path.slice(path.lastIndexOf("/") + 1)}/${query}`);
      }
      const change = await this.#mayChange(folder);
      const place = { folder, path: decodeURIComponent(path), change };
      return await sendListing(request, root, options, place);
    }
  }

  async put(request: ServerRequest): Promise<Response> {
    const path = this.#pathOf(request);
    const slash = path.lastIndexOf("/");
    const folder = await this.#changeable(request, path.slice(0, slash + 1));
    this.#assertUploads();
    const file = decoded(path.slice(slash + 1));
    const { uploads } = this.#options;
    const { name, size } = await receivePut(request, this.root, folder, file, uploads);
    return textResponse(`saved ${name} (${size} bytes)\n`, { status: 201 });
  }

  /** Handles a form: files to save, a folder to make, or a name to delete. */
  async post(request: ServerRequest): Promise<Response> {
    const folder = await this.#changeable(request, this.#pathOf(request));
    const type = request.headers.get("content-type") ?? "";
    if (!/^application\/x-www-form-urlencoded\b/i.test(type)) {
      return await this.#upload(request, folder);
    }
    const { mkdir, remove: mayRemove } = this.#options;
    const form = await readChange(request);
    const made = form.get("mkdir");
    const removed = form.get("remove");
    if (made !== null && mkdir) await makeFolder(this.root, folder, made);
    else if (removed !== null && mayRemove) await remove(this.root, folder, removed);
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

  async delete(request: ServerRequest): Promise<Response> {
    const path = this.#pathOf(request).replace(/\/$/, "");
    const slash = path.lastIndexOf("/");
    if (slash === -1) throw forbidden("the served folder itself cannot be removed");
    const folder = await this.#changeable(request, path.slice(0, slash + 1));
    if (!this.#options.remove) throw forbidden("not allowed here; start it with --rm-files");
    const name = decoded(path.slice(slash + 1));
    if (name === null) throw new HTTPNotFound();
    await remove(this.root, folder, name);
    return textResponse(`removed ${name}\n`);
  }

  async #upload(request: ServerRequest, folder: string): Promise<Response> {
    this.#assertUploads();
    const saved = await receive(request, this.root, folder, this.#options.uploads);
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

  #assertUploads(): void {
    if (this.#options.upload === null) throw forbidden("no uploads here; start it with --upload");
  }

  /** The path below the prefix, still percent-encoded. */
  #pathOf(request: ServerRequest): string {
    const segments = this.#options.prefix.split("/").length;
    return `/${request.rawPath.split("/").slice(segments).join("/")}`;
  }

  /** The file that `files` sent. */
  async #fileAt(path: string): Promise<string | null> {
    const index = encodeURIComponent(this.#options.index ?? "index.html");
    const named = await this.root.findFile(path.endsWith("/") ? path + index : path);
    return named !== null || !this.#options.spa ? named : await this.root.findFile(`/${index}`);
  }

  /** Sandboxes pages: scripts of uploads, on the page's origin, could act for the user. */
  #guarded(reply: Reply): Reply {
    if (this.#options.upload === null || !(reply instanceof Response)) return reply;
    const { headers } = reply;
    const isActive = ACTIVE.test(headers.get("content-type") ?? "");
    if (isActive && !headers.has(POLICY)) headers.set(POLICY, "sandbox");
    return reply;
  }

  /** The folder that a request wants to change, if this user may change it. */
  async #changeable(request: ServerRequest, path: string): Promise<string> {
    const { uploaders, upload } = this.#options;
    requireAccount(uploaders, request);
    checkOrigin(request);
    const folder = await this.root.find(path);
    if (folder === null) throw new HTTPNotFound();
    if (await this.#mayChange(folder)) return folder;
    throw forbidden(`this folder is read-only; upload to /${upload}/`);
  }

  async #mayChange(folder: string): Promise<boolean> {
    const { upload } = this.#options;
    if (upload === null || upload === "") return true;
    const allowed = await this.root.find(upload.split("/").map(encodeURIComponent).join("/"));
    return allowed !== null && isWithin(allowed, folder);
  }
}

async function sendFile(request: ServerRequest, path: string, own: Headers): Promise<Response> {
  const reply = await new FileResponse(path, { headers: own }).respond(request);
  return await readable(reply, path, own);
}

/** Adds the charset to text files and sends source code as text. */
async function readable(reply: Response, path: string | null, own: Headers): Promise<Response> {
  const type = reply.headers.get("content-type");
  if (path !== null && type !== null && !own.has("content-type")) {
    reply.headers.set("content-type", await textType(type, path));
  }
  return reply;
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

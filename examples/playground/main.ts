// deno run --allow-net=localhost --allow-read=tmp,examples --allow-write=tmp examples/playground/main.ts 8080
/**
 * A small application with a page: log-in, uploads with a progress bar, chat, and a live view of
 * events.
 * @module
 */
import { BodyPartReader, web, WSMsgType } from "@roundtrip/http";

const PUBLIC = new URL("public/", import.meta.url);
const MAX_UPLOAD = 1024 ** 3; // bytes
const HEADERS = { "content-security-policy": "default-src 'self'", "cache-control": "no-cache" };

const USER = /^[\p{L}\p{N} ._-]{1,32}$/u;

/** Events sent to all watching pages. */
class News {
  readonly #pages: web.EventGroup;

  constructor(broker: web.GroupBroker | undefined) {
    const shared = broker === undefined ? {} : { broker };
    this.#pages = new web.EventGroup({ name: "news", presence: true, ...shared });
  }

  async tell(text: string): Promise<void> {
    await this.#pages.send(text);
  }

  readonly watch: web.Handler = async (request) => {
    await using events = await web.sseResponse(request);
    await this.#pages.join(events, { as: crypto.randomUUID() });
    await this.tell(`${(await this.#pages.present()).length} watching`);
    await events.ended;
    return events;
  };
}

/** A login: the user's name and an id. */
interface Login {
  readonly user: string;
  readonly id: string;
}

/** Close code for a page that was logged out. */
const LOGGED_OUT = 4401;

/** A chat room that relays messages to all. */
class Chat {
  readonly #room: web.WebSocketGroup;
  readonly #broker: web.GroupBroker | undefined;
  readonly #sockets = new Map<string, Set<web.WebSocketResponse>>();

  constructor(broker: web.GroupBroker | undefined) {
    const shared = broker === undefined ? {} : { broker };
    this.#room = new web.WebSocketGroup({ name: "chat", slowPeer: "skip", ...shared });
    this.#broker = broker;
  }

  /** Hears of log-outs in other processes. */
  async *listen(): AsyncGenerator<void, void, void> {
    const end = await this.#broker?.subscribe("log-outs", (id) => this.#end(`${id}`));
    yield;
    await end?.();
  }

  readonly join: web.Handler = async (request) => {
    const { user, id } = await loginOf(request);
    const socket = new web.WebSocketResponse();
    await socket.prepare(request);
    const sockets = this.#sockets.get(id) ?? new Set();
    this.#sockets.set(id, sockets.add(socket));
    await this.#room.join(socket);
    await this.#say({ from: null, text: `${user} has joined` });
    for await (const message of socket) {
      if (message.type !== WSMsgType.TEXT) continue;
      const { text, id } = said(message.data);
      await this.#say({ from: user, text, id });
    }
    sockets.delete(socket);
    if (sockets.size === 0) this.#sockets.delete(id);
    await this.#say({ from: null, text: `${user} has left` });
    return socket;
  };

  /** Ends the chats of a login in all tabs, in all processes. */
  async leave(id: string): Promise<void> {
    if (this.#broker === undefined) this.#end(id);
    else await this.#broker.publish("log-outs", id, 0);
  }

  #end(id: string): void {
    // Not awaited: the response that deletes the cookie has to arrive before they reconnect.
    for (const socket of this.#sockets.get(id) ?? []) void socket.close(LOGGED_OUT, "Logged out");
  }

  async #say(line: { readonly from: string | null; readonly text: string; id?: string }) {
    await this.#room.send(JSON.stringify(line));
  }
}

/** Parses a message; its id is echoed to confirm the delivery. */
function said(data: string): { readonly text: string; readonly id: string } {
  try {
    const { text, id } = JSON.parse(data);
    return { text: String(text).slice(0, 1000), id: String(id).slice(0, 64) };
  } catch {
    return { text: data.slice(0, 1000), id: crypto.randomUUID() };
  }
}

async function loginOf<Params>(request: web.ServerRequest<Params>): Promise<Login> {
  const session = await web.getSession(request);
  const [user, id] = [session.get<string>("user"), session.get<string>("id")];
  if (user === undefined || id === undefined) throw new web.HTTPForbidden({ text: "Log in first" });
  return { user, id };
}

/** Uploads in a folder, with safe names. */
class Uploads {
  readonly #folder: string;
  readonly #news: News;

  constructor(folder: string, news: News) {
    this.#folder = folder;
    this.#news = news;
  }

  readonly form: web.Handler = async (request) => {
    await loginOf(request);
    for await (const part of await request.multipart({ maxTotalSize: MAX_UPLOAD })) {
      if (part instanceof BodyPartReader && part.filename !== null) {
        return await this.#save(part, part.filename);
      }
    }
    throw new web.HTTPBadRequest({ text: "The form has no file" });
  };

  readonly stream: web.Handler<{ name: string }> = async (request) => {
    await loginOf(request);
    if ((request.contentLength ?? 0) > MAX_UPLOAD) throw tooLarge();
    return await this.#save(request.content, request.matchInfo.name);
  };

  async #save(pieces: AsyncIterable<Uint8Array<ArrayBuffer>>, filename: string): Promise<Response> {
    const name = web.safeFilename(filename);
    const saved = await web.saveFile(pieces, `${this.#folder}/${name}`, {
      onDuplicate: "rename",
      sha256: true,
      onProgress(bytes) {
        if (bytes > MAX_UPLOAD) throw tooLarge();
      },
    });
    const stored = saved.path.slice(this.#folder.length + 1);
    await this.#news.tell(`${stored} was uploaded, ${saved.size} bytes`);
    return web.jsonResponse({ name: stored, size: saved.size, sha256: saved.sha256 });
  }
}

function tooLarge(): web.HTTPRequestEntityTooLarge {
  return new web.HTTPRequestEntityTooLarge(MAX_UPLOAD, { text: "A file may have 1 GiB at most" });
}

/**
 * Makes the application.
 *
 * @param folder Folder for uploads.
 * @param key Key of the sessions, 32 bytes.
 * @param pages Folder of the page.
 * @param broker Carries chat and events between processes.
 * @returns The application.
 */
export function makeApp(
  folder: string,
  key: Uint8Array,
  pages: URL = PUBLIC,
  broker?: web.GroupBroker,
): web.Application {
  const app = new web.Application();
  web.setupSessions(
    app,
    new web.EncryptedCookieStorage(key, { maxAge: 86_400_000, sameSite: "Lax" }),
  );
  const news = new News(broker);
  const chat = new Chat(broker);
  app.cleanupCtx.push(() => chat.listen());
  const uploads = new Uploads(folder, news);
  app.addRoutes([
    web.get("/", () => new web.FileResponse(new URL("page.html", pages), { headers: HEADERS })),
    web.post("/login", async (request) => {
      const user = (await request.post()).text("user")?.trim() ?? "";
      if (!USER.test(user)) throw new web.HTTPBadRequest({ text: "A name of letters, please" });
      const session = await web.renewSession(request);
      session.set("user", user);
      session.set("id", crypto.randomUUID());
      throw new web.HTTPSeeOther("/");
    }),
    web.post("/logout", async (request) => {
      const session = await web.getSession(request);
      const id = session.get<string>("id");
      session.invalidate();
      if (id !== undefined) await chat.leave(id);
      throw new web.HTTPSeeOther("/");
    }),
    web.get("/me", async (request) => {
      const session = await web.getSession(request);
      const visits = (session.get<number>("visits") ?? 0) + 1;
      session.set("visits", visits);
      const cookies = [...request.cookies].map(([name, { length }]) => ({ name, length }));
      const user = session.get("user") ?? null;
      return web.jsonResponse({ user, visits, cookies, maxUpload: MAX_UPLOAD });
    }),
    web.post("/upload", uploads.form),
    web.put("/upload/{name}", uploads.stream),
    web.get("/chat", chat.join),
    web.get("/events", news.watch),
    web.static("/uploaded", folder, {
      showIndex: true,
      // Uploads must not run as pages of this site.
      headers: { "content-security-policy": "sandbox", "x-content-type-options": "nosniff" },
    }),
    web.static("/static", pages, { headers: HEADERS, charset: "utf-8" }),
  ]);
  return app;
}

if (import.meta.main) {
  await Deno.mkdir("tmp", { recursive: true });
  const folder = await Deno.makeTempDir({ dir: "tmp", prefix: "playground-" });
  const app = makeApp(folder, crypto.getRandomValues(new Uint8Array(32)));
  app.onCleanup.push(() => Deno.remove(folder, { recursive: true }));
  await web.runApp(app, { host: "localhost", port: Number(Deno.args[0] ?? 8080) });
}

// deno run --allow-net=localhost --allow-read=/tmp,examples --allow-write=/tmp examples/playground/main.ts 8080
/**
 * A small application with a page: log in, upload with a progress bar, chat, watch what happens.
 * @module
 */
import { web } from "@roundtrip/http";

const PUBLIC = new URL("public/", import.meta.url);
const MAX_UPLOAD = 1024 ** 3; // bytes
const HEADERS = { "content-security-policy": "default-src 'self'", "cache-control": "no-cache" };

const USER = /^[\p{L}\p{N} ._-]{1,32}$/u;

/** What happens, told to every page that watches. */
class News {
  readonly #watchers = new Set<web.SSEResponse>();

  async tell(text: string): Promise<void> {
    // A page that has left is no reason to fail for the others.
    await Promise.allSettled([...this.#watchers].map((watcher) => watcher.send(text)));
  }

  readonly watch: web.Handler = async (request) => {
    await using events = await web.sseResponse(request);
    this.#watchers.add(events);
    await this.tell(`${this.#watchers.size} watching`);
    if (!events.signal.aborted) {
      await new Promise((resolve) => events.signal.addEventListener("abort", resolve));
    }
    this.#watchers.delete(events);
    return events;
  };
}

/** One room; what one says, all get. */
class Chat {
  readonly #room = new web.WebSocketGroup({ slowPeer: "skip" });

  readonly join: web.Handler = async (request) => {
    const user = await userOf(request);
    const socket = new web.WebSocketResponse();
    await socket.prepare(request);
    await this.#room.join(socket);
    await this.#say({ from: null, text: `${user} has joined` });
    for await (const message of socket) {
      if (message.type === web.WSMsgType.TEXT) {
        await this.#say({ from: user, text: message.data.slice(0, 1000) });
      }
    }
    await this.#say({ from: null, text: `${user} has left` });
    return socket;
  };

  async #say(line: { readonly from: string | null; readonly text: string }): Promise<void> {
    await this.#room.send(JSON.stringify(line));
  }
}

async function userOf<Params>(request: web.ServerRequest<Params>): Promise<string> {
  const user = (await web.getSession(request)).get<string>("user");
  if (user === undefined) throw new web.HTTPForbidden({ text: "Log in first" });
  return user;
}

/** Files are kept in a folder, each under a name made of the client's. */
class Uploads {
  readonly #folder: string;
  readonly #news: News;

  constructor(folder: string, news: News) {
    this.#folder = folder;
    this.#news = news;
  }

  readonly form: web.Handler = async (request) => {
    await userOf(request);
    for await (const part of await request.multipart()) {
      if (part instanceof web.BodyPartReader && part.filename !== null) {
        return await this.#save(part, part.filename);
      }
    }
    throw new web.HTTPBadRequest({ text: "The form has no file" });
  };

  readonly stream: web.Handler<{ name: string }> = async (request) => {
    await userOf(request);
    return await this.#save(request.content, request.matchInfo.name);
  };

  async #save(pieces: AsyncIterable<Uint8Array<ArrayBuffer>>, filename: string): Promise<Response> {
    const name = web.safeFilename(filename);
    const saved = await web.saveFile(pieces, `${this.#folder}/${name}`, {
      onDuplicate: "rename",
      sha256: true,
      onProgress(bytes) {
        if (bytes > MAX_UPLOAD) throw new web.HTTPRequestEntityTooLarge(MAX_UPLOAD);
      },
    });
    const stored = saved.path.slice(this.#folder.length + 1);
    await this.#news.tell(`${stored} was uploaded, ${saved.size} bytes`);
    return web.jsonResponse({ name: stored, size: saved.size, sha256: saved.sha256 });
  }
}

/**
 * Makes the application.
 *
 * @param folder Where uploads are kept.
 * @param key Key of the sessions, 32 bytes.
 * @param pages Folder of the page.
 * @returns The application.
 */
export function makeApp(folder: string, key: Uint8Array, pages: URL = PUBLIC): web.Application {
  const app = new web.Application();
  web.setupSessions(app, new web.EncryptedCookieStorage(key, { maxAge: 86_400, sameSite: "Lax" }));
  const news = new News();
  const chat = new Chat();
  const uploads = new Uploads(folder, news);
  app.addRoutes([
    web.get("/", () => new web.FileResponse(new URL("page.html", pages), { headers: HEADERS })),
    web.post("/login", async (request) => {
      const user = (await request.post()).text("user")?.trim() ?? "";
      if (!USER.test(user)) throw new web.HTTPBadRequest({ text: "A name of letters, please" });
      (await web.renewSession(request)).set("user", user);
      throw new web.HTTPSeeOther("/");
    }),
    web.post("/logout", async (request) => {
      (await web.getSession(request)).invalidate();
      throw new web.HTTPSeeOther("/");
    }),
    web.get("/me", async (request) => {
      const session = await web.getSession(request);
      const visits = (session.get<number>("visits") ?? 0) + 1;
      session.set("visits", visits);
      const cookies = [...request.cookies].map(([name, { length }]) => ({ name, length }));
      return web.jsonResponse({ user: session.get("user") ?? null, visits, cookies });
    }),
    web.post("/upload", uploads.form),
    web.put("/upload/{name}", uploads.stream),
    web.get("/chat", chat.join),
    web.get("/events", news.watch),
    web.static("/uploaded", folder, {
      showIndex: true,
      // What others uploaded is never run as a page of this site.
      headers: { "content-security-policy": "sandbox", "x-content-type-options": "nosniff" },
    }),
    web.static("/static", pages, { headers: HEADERS, charset: "utf-8" }),
  ]);
  return app;
}

if (import.meta.main) {
  const folder = await Deno.makeTempDir({ dir: "/tmp", prefix: "playground-" });
  const app = makeApp(folder, crypto.getRandomValues(new Uint8Array(32)));
  app.onCleanup.push(() => Deno.remove(folder, { recursive: true }));
  await web.runApp(app, { host: "localhost", port: Number(Deno.args[0] ?? 8080) });
}

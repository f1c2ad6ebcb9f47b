// deno run --allow-net=localhost --allow-read=tmp,examples --allow-write=tmp examples/playground/main.ts 8080
/**
 * A page of cards: each tries a part of the server, and shows the file in `cards/` that answers.
 * @module
 */
import { web } from "@roundtrip/http";
import { chat } from "./cards/chat.ts";
import { count } from "./cards/count.ts";
import { events } from "./cards/events.ts";
import { files } from "./cards/files.ts";
import { hello } from "./cards/hello.ts";
import { orders } from "./cards/orders.ts";
import { redirects } from "./cards/redirects.ts";
import { session } from "./cards/session.ts";
import { upload } from "./cards/upload.ts";
import { Logins, type Site } from "./site.ts";

const CARDS = { hello, orders, redirects, count, files, session, upload, chat, events };

/** Files that the page is made of, in the folder of the examples. */
export const FILES: readonly string[] = [
  "playground/main.ts",
  ...["chapter.html", "chapter.js", "highlight.js", "icon.svg", "page.css", "page.html", "page.js"]
    .concat("theme.js").map((name) => `playground/public/${name}`),
  ...Object.keys(CARDS).map((name) => `playground/cards/${name}.ts`),
  ...["0006_streaming_responses", "0023_json_replies", "0024_encrypted_sessions"]
    .concat("0027_large_uploads", "0028_server_websockets", "0029_redirects", "0033_static_files")
    .concat("0034_server_sent_events", "0036_validation").map((name) => `${name}.ts`),
];

/**
 * Makes the application.
 *
 * @param folder Folder for uploads.
 * @param key Key of the sessions, 32 bytes.
 * @param examples Folder with the `FILES`.
 * @param broker Carries chat and events between processes.
 * @returns The application.
 */
export function makeApp(
  folder: string,
  key: Uint8Array,
  examples: URL = new URL("../", import.meta.url),
  broker?: web.GroupBroker,
): web.Application {
  const shared = broker === undefined ? {} : { broker };
  const app = new web.Application();
  const site: Site = {
    app,
    folder,
    examples,
    logins: new Logins(broker),
    news: new web.EventGroup({ name: "news", presence: true, ...shared }),
    room: new web.WebSocketGroup({ name: "chat", slowPeer: "skip", ...shared }),
  };
  app.cleanupCtx.push(() => site.logins.listen());
  const cookie = { maxAge: 86_400_000, sameSite: "Lax" } as const;
  web.setupSessions(app, new web.EncryptedCookieStorage(key, cookie));
  const page = (name: string) => () =>
    new web.FileResponse(new URL(`playground/public/${name}.html`, examples), {
      headers: { "content-security-policy": "default-src 'self'", "cache-control": "no-cache" },
    });
  app.addRoutes([
    web.get("/", page("page")),
    web.get("/tutorial/{name}", page("chapter")),
    web.static("/uploaded", folder, {
      showIndex: true,
      // Uploads must not run as pages of this site.
      headers: { "content-security-policy": "sandbox", "x-content-type-options": "nosniff" },
    }),
  ]);
  for (const card of Object.values(CARDS)) app.addRoutes(card(site));
  return app;
}

if (import.meta.main) {
  await Deno.mkdir("tmp", { recursive: true });
  const folder = await Deno.makeTempDir({ dir: "tmp", prefix: "playground-" });
  const app = makeApp(folder, crypto.getRandomValues(new Uint8Array(32)));
  app.onCleanup.push(() => Deno.remove(folder, { recursive: true }));
  try {
    await web.runApp(app, { host: "localhost", port: Number(Deno.args[0] ?? 8080) });
  } catch (error) {
    if (!(error instanceof web.AddressInUseError)) throw error;
    console.error(`${error.message}: main.ts 8081`);
    Deno.exitCode = 1;
  }
}

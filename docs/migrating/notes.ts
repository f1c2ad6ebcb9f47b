// SESSION_KEY=… deno run --allow-net=localhost --allow-env=SESSION_KEY docs/migrating/notes.ts PORT
// The service of notes.py, line by line.
import { web } from "@roundtrip/http";

const NOTES = new web.AppKey<Map<string, string[]>>("notes");
const routes = new web.RouteTable();

const errorsAsJson: web.Middleware = async (request, handler) => {
  try {
    return await handler(request);
  } catch (error) {
    if (!(error instanceof web.HTTPException) || error.status < 400) throw error;
    return web.jsonResponse({ error: error.reason }, { status: error.status });
  }
};

async function userOf<Params>(request: web.ServerRequest<Params>): Promise<string> {
  const session = await web.getSession(request);
  const user = session.get<string>("user");
  if (user === undefined) throw new web.HTTPUnauthorized();
  return user;
}

routes.post("/login", async (request) => {
  const data = await request.post();
  const session = await web.newSession(request);
  session.set("user", data.text("user"));
  throw new web.HTTPSeeOther(request.app.router.named("notes").urlFor());
});

routes.get("/notes", async (request) => {
  const user = await userOf(request);
  const contains = request.query.get("contains") ?? "";
  const notes = request.app.get(NOTES).get(user) ?? [];
  return web.jsonResponse({ user, notes: notes.filter((note) => note.includes(contains)) });
}, { name: "notes" });

routes.post("/notes", async (request) => {
  const user = await userOf(request);
  const { text } = await request.json<{ text: string }>();
  const notes = request.app.get(NOTES);
  const own = [...notes.get(user) ?? [], text];
  notes.set(user, own);
  return web.jsonResponse({ id: own.length }, { status: 201 });
});

routes.get("/notes/{id:\\d+}", async (request) => {
  const user = await userOf(request);
  const note = request.app.get(NOTES).get(user)?.[Number(request.matchInfo.id) - 1];
  if (note === undefined) throw new web.HTTPNotFound();
  return web.textResponse(note);
});

export function makeApp(key: string): web.Application {
  const app = new web.Application({ middlewares: [errorsAsJson], clientMaxSize: 64 * 1024 });
  web.setupSessions(app, new web.EncryptedCookieStorage(key, { maxAge: 3_600_000 }));
  app.cleanupCtx.push(async function* (app) {
    app.set(NOTES, new Map());
    yield;
    app.get(NOTES).clear();
  });
  app.addRoutes(routes);
  return app;
}

if (import.meta.main) {
  const key = Deno.env.get("SESSION_KEY") ?? "";
  await web.runApp(makeApp(key), { host: "localhost", port: Number(Deno.args[0]) });
}

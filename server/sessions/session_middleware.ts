import { AppKey } from "../request/app_key.ts";
import { addVary } from "../../http/coding/content_coding.ts";
import { isResponse } from "../engine/response_record.ts";
import { HTTPException, ownException } from "../exceptions/http_exception.ts";
import type { Middleware } from "../request/middleware.ts";
import type { ServerRequest } from "../request/request.ts";
import { type Session, touchSession } from "./session.ts";
import type { SessionStorage } from "./session_storage.ts";

interface Slot {
  readonly storage: SessionStorage;
  session: Promise<Session> | null;
  readonly replaced: string[]; // identities to delete when the new one is saved
}

const SLOT = new AppKey<Slot>("session");

/**
 * Adds sessions to an application that has not started.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * web.setupSessions(app, new web.MemoryStorage({ maxAge: 3_600_000 }));
 * ```
 */
export function setupSessions(
  app: { readonly middlewares: Middleware[] },
  storage: SessionStorage,
): void {
  app.middlewares.push(sessionMiddleware(storage));
}

/**
 * The middleware that `setupSessions()` adds, to place it yourself. It saves a changed session,
 * also when a handler throws a redirect, but not once a stream or a WebSocket is prepared. A
 * response that depends on a session gets `Vary: Cookie`, and unless it has its own,
 * `Cache-Control: private`, or `no-store` with a new cookie.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const sessions = web.sessionMiddleware(new web.MemoryStorage());
 * const app = new web.Application({ middlewares: [sessions, web.problemDetails()] });
 * ```
 */
export function sessionMiddleware(storage: SessionStorage): Middleware {
  return async (request, handler) => {
    const slot: Slot = { storage, session: null, replaced: [] };
    request.set(SLOT, slot);
    try {
      const result = await handler(request);
      const session = await loaded(slot);
      if (session === null) return result;
      if (isResponse(result)) return await save(request, slot, session, result);
      if (!session.isChanged) return result;
      throw new TypeError(
        "Cannot save the session: the response was prepared before. Change it in another request",
      );
    } catch (error) {
      if (!(error instanceof HTTPException)) throw error;
      const session = await loaded(slot);
      if (session === null) throw error;
      throw await save(request, slot, session, ownException(error, request.raw));
    }
  };
}

/**
 * Returns the session of a request, the same one for the whole request.
 * @throws {TypeError} If the application has no sessions.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const hello: web.Handler = async (request) =>
 *   web.textResponse((await web.getSession(request)).isNew ? "hello" : "welcome back");
 * ```
 */
export function getSession<Params>(request: ServerRequest<Params>): Promise<Session> {
  const slot = slotOf(request);
  return slot.session ??= slot.storage.load(request as ServerRequest);
}

/**
 * Starts a new, empty session: the client's previous one is deleted.
 * @throws {TypeError} If the application has no sessions.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const logout: web.Handler = async (request) => {
 *   await web.newSession(request);
 *   throw new web.HTTPSeeOther("/");
 * };
 * ```
 */
export async function newSession<Params>(request: ServerRequest<Params>): Promise<Session> {
  const slot = slotOf(request);
  const old = await getSession(request);
  const session = slot.storage.create();
  if (!old.isNew) {
    if (old.identity !== null) slot.replaced.push(old.identity);
    session.changed();
  }
  slot.session = Promise.resolve(session);
  return session;
}

/**
 * Gives the session a new id, with its values: call it at a log-in, against session fixation.
 * @throws {TypeError} If the application has no sessions.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const login: web.Handler = async (request) => {
 *   (await web.renewSession(request)).set("user", "ann");
 *   throw new web.HTTPSeeOther("/");
 * };
 * ```
 */
export async function renewSession<Params>(request: ServerRequest<Params>): Promise<Session> {
  const old = await getSession(request);
  const session = await newSession(request);
  for (const [key, value] of old) session.set(key, value);
  return session;
}

/** The session; `null` without one, or if the handler has caught the storage's error. */
function loaded({ session }: Slot): Promise<Session | null> | null {
  return session === null ? null : session.catch(() => null);
}

async function save<T extends { readonly headers: Headers }>(
  request: ServerRequest,
  slot: Slot,
  session: Session,
  response: T,
): Promise<T> {
  const { headers } = response;
  if (slot.storage.sliding && isAging(session)) touchSession(session);
  const { isChanged } = session;
  if (isChanged) {
    await slot.storage.save(request, response, session);
    for (const identity of slot.replaced.splice(0)) await slot.storage.remove?.(identity);
  }
  addVary(headers, "Cookie");
  if (!headers.has("cache-control")) {
    headers.set("cache-control", isChanged ? "no-store" : "private");
  }
  return response;
}

/** Whether a tenth of its life has passed. */
function isAging({ isNew, empty, created, maxAge }: Session): boolean {
  return !isNew && !empty && maxAge !== null && Date.now() - created >= maxAge / 10;
}

function slotOf<Params>(request: ServerRequest<Params>): Slot {
  if (request.has(SLOT)) return request.get(SLOT);
  throw new TypeError("Cannot get the session: call setupSessions(app, storage) first");
}

// Bearer tokens (RFC 6750) that are renewed when they expire.
import { OptionTable } from "../../http/options.ts";
import type { ClientMiddleware } from "../hop/middleware.ts";
import { discardReply, type HopResult } from "../hop/transport.ts";

/** Options of {@linkcode bearerAuthMiddleware}. */
export interface BearerAuthOptions {
  /** Gets a token, once for concurrent requests; `expired` is the rejected one, `null` at first. */
  readonly getToken: (expired: string | null) => string | Promise<string>;
  /** The only origin that receives the token. @default the origin of the first request */
  readonly origin?: string | undefined;
}

const BEARER_AUTH_OPTIONS = new OptionTable<BearerAuthOptions>({
  getToken: "a function",
  origin: "a string",
}, { token: 'Write "getToken", a function that gives the token' });

/**
 * Sends a bearer token with every request. On status 401 it gets a new token and repeats the
 * request once; concurrent requests share the new token.
 * @example
 * ```ts
 * import { bearerAuthMiddleware, ClientSession } from "@roundtrip/http";
 *
 * let calls = 0;
 * const bearer = bearerAuthMiddleware({ getToken: () => `token-${++calls}` });
 * const app = { fetch: (r: Request) => new Response(r.headers.get("authorization")) };
 * await using session = new ClientSession({ app, middlewares: [bearer] });
 * const replies = await Promise.all([session.get("/a"), session.get("/b")]);
 * for (const each of replies) console.assert(await each.text() === "Bearer token-1");
 * ```
 */
export function bearerAuthMiddleware(options: BearerAuthOptions): ClientMiddleware {
  BEARER_AUTH_OPTIONS.check("bearerAuthMiddleware()", options);
  let origin = options.origin === undefined ? null : new URL(options.origin).origin;
  let current: Promise<string> | null = null;

  const renew = (expired: string | null): Promise<string> => {
    const fresh = (async () => await options.getToken(expired))();
    current = fresh;
    // A failed call is not remembered: the next request tries again.
    fresh.catch(() => {
      if (current === fresh) current = null;
    });
    return fresh;
  };

  return async (request, handler) => {
    origin ??= request.initialUrl.origin;
    if (request.url.origin !== origin || request.headers.has("authorization")) {
      return await handler(request);
    }
    const send = (token: string): Promise<HopResult> => {
      const attempt = request.with({});
      attempt.headers.set("authorization", `Bearer ${token}`);
      return handler(attempt);
    };
    const held = current ?? renew(null);
    const token = await held;
    const result = await send(token);
    const canRepeat = request.payload === null || request.payload.replayable;
    if (result.status !== 401 || !canRepeat) return result;
    discardReply(result);
    // Another request may have renewed it meanwhile.
    return await send(await (current === held || current === null ? renew(token) : current));
  };
}

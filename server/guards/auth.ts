import { described, OptionTable } from "../../http/options.ts";
import { NotSupportedError } from "../../http/not_supported_error.ts";
import { HTTPForbidden, HTTPUnauthorized } from "../exceptions/replies.ts";
import { AppKey } from "../request/app_key.ts";
import type { Middleware } from "../request/middleware.ts";
import type { ServerRequest } from "../request/request.ts";
import { getSession, newSession, renewSession } from "../sessions/session_middleware.ts";

/** Finds and keeps the identity of a client, aiohttp_security's `AbstractIdentityPolicy`. */
export interface IdentityPolicy {
  /** The identity that a request shows, or `null`. */
  identify(request: ServerRequest): string | null | Promise<string | null>;
  /** Lets the client show an identity from the reply on. */
  remember(request: ServerRequest, identity: string): void | Promise<void>;
  /** Lets the client show none from the reply on. */
  forget(request: ServerRequest): void | Promise<void>;
  /** Headers of a `401`, such as `WWW-Authenticate`. */
  challenge?(request: ServerRequest): HeadersInit;
}

/** Options of {@linkcode auth}. */
export interface AuthOptions<User> {
  /** In the `session` (of `setupSessions()`), as `bearer` token, or where a policy finds it. */
  readonly identity: "session" | "bearer" | IdentityPolicy;
  /** Finds the user of an identity, once a request; `null` for an unknown or removed user. */
  readonly user: (identity: string, request: ServerRequest) => User | null | Promise<User | null>;
  /** Whether a user has a permission. @default no user has any */
  readonly permits?: (
    user: User,
    permission: string,
    request: ServerRequest,
  ) => boolean | Promise<boolean>;
}

const AUTH_OPTIONS = new OptionTable<AuthOptions<unknown>>({
  identity: "a string or an object",
  user: "a function",
  permits: "a function",
}, { policy: 'Write "identity"', authorizeduserid: 'Write "user"' });

/** Log-in and permissions of an application, made by {@linkcode auth}. */
export interface Auth<User> {
  /** The user, or `null`; aiohttp_security's `authorized_userid()`. */
  user<Params>(request: ServerRequest<Params>): Promise<User | null>;
  /** Whether the request has a user with a permission. */
  permits<Params>(request: ServerRequest<Params>, permission: string): Promise<boolean>;
  /** The user. @throws {HTTPUnauthorized} If the request has none. */
  checkAuthorized<Params>(request: ServerRequest<Params>): Promise<User>;
  /** The user. @throws {HTTPUnauthorized} Without one. @throws {HTTPForbidden} If not permitted. */
  checkPermission<Params>(request: ServerRequest<Params>, permission: string): Promise<User>;
  /** Logs a client in; a session gets a new id. @throws {NotSupportedError} With bearer tokens. */
  remember<Params>(request: ServerRequest<Params>, identity: string): Promise<void>;
  /** Logs a client out; its session ends. @throws {NotSupportedError} With bearer tokens. */
  forget<Params>(request: ServerRequest<Params>): Promise<void>;
  /** A middleware that lets only users pass, or only those with a permission. */
  required(permission?: string): Middleware;
}

/**
 * Log-in and permissions by session or bearer token, with the names of aiohttp_security.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const users = new Map([["token-1", { name: "ann", isAdmin: true }]]);
 * const auth = web.auth({
 *   identity: "bearer",
 *   user: (token) => users.get(token) ?? null,
 *   permits: (user, permission) => permission === "admin" && user.isAdmin,
 * });
 * const headers = { authorization: "Bearer token-1" };
 * const request = web.makeRequest("GET", "/", { headers });
 * console.assert(await auth.permits(request, "admin"));
 * ```
 */
export function auth<User>(options: AuthOptions<User>): Auth<User> {
  AUTH_OPTIONS.check("web.auth()", options as AuthOptions<unknown>);
  const { user: find, permits: mayUser = () => false } = options;
  const policy = policyOf(options.identity);
  const found = new AppKey<() => Promise<User | null>>("user");
  const findUser = async (request: ServerRequest): Promise<User | null> => {
    const identity = await policy.identify(request);
    return identity === null ? null : await find(identity, request);
  };
  const userOf = (given: ServerRequest<unknown>): Promise<User | null> => {
    const request = given as ServerRequest;
    if (!request.has(found)) request.set(found, once(() => findUser(request)));
    return request.get(found)();
  };
  const checkAuthorized = async (request: ServerRequest<unknown>): Promise<User> => {
    const user = await userOf(request);
    if (user !== null) return user;
    throw new HTTPUnauthorized({ headers: policy.challenge?.(request as ServerRequest) ?? {} });
  };
  const checkPermission = async (
    request: ServerRequest<unknown>,
    permission: string,
  ): Promise<User> => {
    const user = await checkAuthorized(request);
    if (await mayUser(user, permission, request as ServerRequest)) return user;
    throw new HTTPForbidden();
  };
  return {
    user: userOf,
    checkAuthorized,
    checkPermission,
    async permits(request, permission) {
      const user = await userOf(request);
      return user !== null && await mayUser(user, permission, request as ServerRequest);
    },
    async remember(request, identity) {
      await policy.remember(request as ServerRequest, identity);
      request.set(found, once(async () => await find(identity, request as ServerRequest)));
    },
    async forget(request) {
      await policy.forget(request as ServerRequest);
      request.set(found, () => Promise.resolve(null));
    },
    required: (permission) => async (request, handler) => {
      if (permission === undefined) await checkAuthorized(request);
      else await checkPermission(request, permission);
      return await handler(request);
    },
  };
}

function once<T>(find: () => Promise<T>): () => Promise<T> {
  let found: Promise<T> | null = null;
  return () => found ??= find();
}

function policyOf(identity: AuthOptions<unknown>["identity"]): IdentityPolicy {
  if (identity === "session") return sessionIdentity;
  if (identity === "bearer") return bearerIdentity;
  if (typeof identity === "object") return identity;
  throw new TypeError(
    `web.auth(): "identity" is "session", "bearer" or a policy, got ${described(identity)}`,
  );
}

const KEY = "AIOHTTP_SECURITY"; // so that a Python service can share the session

/** The identity in the session, under aiohttp_security's key. */
const sessionIdentity: IdentityPolicy = {
  async identify(request) {
    const identity = (await getSession(request)).get(KEY);
    return typeof identity === "string" ? identity : null;
  },
  async remember(request, identity) {
    (await renewSession(request)).set(KEY, identity);
  },
  async forget(request) {
    await newSession(request);
  },
};

/** The token of `Authorization: Bearer` (RFC 6750). */
const bearerIdentity: IdentityPolicy = {
  identify: (request) => tokenOf(request),
  remember: () => refuse("remember"),
  forget: () => refuse("forget"),
  challenge: (request) => ({
    "www-authenticate": tokenOf(request) === null ? "Bearer" : 'Bearer error="invalid_token"',
  }),
};

function tokenOf(request: ServerRequest): string | null {
  const header = request.headers.get("authorization") ?? "";
  return /^Bearer +([\w.~+/-]+=*)$/i.exec(header)?.[1] ?? null;
}

function refuse(what: string): never {
  throw new NotSupportedError(
    `auth.${what}() with bearer tokens`,
    "the client keeps its token: give it one in a reply, or revoke it where tokens are stored",
  );
}

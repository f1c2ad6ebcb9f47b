import { NotSupportedError } from "../../http/not_supported_error.ts";
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

const KEY = "AIOHTTP_SECURITY"; // so that a Python service can share the session

/** The identity in the session, under aiohttp_security's key. */
export const sessionIdentity: IdentityPolicy = {
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
export const bearerIdentity: IdentityPolicy = {
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

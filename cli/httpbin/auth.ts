import { createHash, randomBytes } from "node:crypto";
import { get, HTTPNotFound, jsonResponse, setCookie } from "../../server/mod.ts";
import type { RouteDef, ServerRequest } from "../../server/mod.ts";
import { bad } from "./echo.ts";
import { sameText } from "../listening/accounts.ts";

const ALGORITHMS = ["MD5", "SHA-256", "SHA-512", "SHA-512-256"]; // SHA-512 as in Python's httpbin

export function authRoutes(): RouteDef[] {
  return [
    get("/{way:(?:hidden-)?basic-auth}/{user}/{password}", (request) => {
      const { way, user, password } = request.matchInfo;
      if (basicMatches(request, user, password)) return accepted(user);
      if (way === "hidden-basic-auth") throw new HTTPNotFound();
      return jsonResponse({ authenticated: false, user: "" }, {
        status: 401,
        headers: { "www-authenticate": 'Basic realm="Fake Realm"' },
      });
    }),
    get("/bearer", (request) => {
      const token = /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1];
      if (token !== undefined) return jsonResponse({ authenticated: true, token });
      return new Response(null, { status: 401, headers: { "www-authenticate": "Bearer" } });
    }),
    get("/digest-auth/{qop}/{user}/{password}", digest),
    get("/digest-auth/{qop}/{user}/{password}/{algorithm}", digest),
    get("/digest-auth/{qop}/{user}/{password}/{algorithm}/{staleAfter}", digest),
  ];
}

function accepted(user: string): Response {
  return jsonResponse({ authenticated: true, user });
}

function basicMatches(request: ServerRequest, user: string, password: string): boolean {
  const expected = btoa(String.fromCharCode(...new TextEncoder().encode(`${user}:${password}`)));
  const given = /^Basic (\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
  return sameText(given, expected);
}

type DigestParams = Record<"qop" | "user" | "password", string> & {
  algorithm?: string;
  staleAfter?: string;
};

/**
 * Digest authentication (RFC 7616). Each challenge has a new nonce; used nonces are not remembered.
 * A cookie counts the uses until a nonce is stale, like in Python's httpbin.
 */
async function digest(request: ServerRequest<DigestParams>): Promise<Response> {
  const { qop, user, password, algorithm = "MD5", staleAfter = "never" } = request.matchInfo;
  if (!ALGORITHMS.includes(algorithm)) {
    throw bad(`algorithm ${algorithm} is not one of ${ALGORITHMS.join(", ")}`);
  }
  const name = algorithm.toLowerCase().replace("sha-", "sha");
  if (qop !== "auth" && qop !== "auth-int") throw bad(`qop ${qop} is not one of auth, auth-int`);
  if (!/^(?:never|\d{1,6})$/.test(staleAfter)) {
    throw bad(`stale_after ${staleAfter} is neither "never" nor a number`);
  }
  const uses = request.cookies.get("stale_after") ?? staleAfter;
  const stale = uses === "0" && staleAfter !== "0";
  const hash = (text: string | Uint8Array): string => createHash(name).update(text).digest("hex");
  const params = paramsOf(request.headers.get("authorization") ?? "");
  if (!stale && params !== null && params.username === user && params.qop === qop) {
    const body = qop === "auth-int" ? `:${hash(await request.read())}` : "";
    const first = hash(`${user}:${params.realm}:${password}`);
    const second = hash(`${request.method}:${params.uri}${body}`);
    const { nonce, nc, cnonce } = params;
    const expected = hash(`${first}:${nonce}:${nc}:${cnonce}:${qop}:${second}`);
    if (sameText(params.response ?? "", expected)) {
      const left = /^[1-9]\d*$/.test(uses) ? `${Number(uses) - 1}` : staleAfter;
      return withCookies(accepted(user), left);
    }
  }
  const nonce = randomBytes(16).toString("hex");
  const opaque = randomBytes(16).toString("hex");
  const challenge = new Response(null, {
    status: 401,
    headers: {
      "www-authenticate":
        `Digest realm="go-httpbin", nonce="${nonce}", qop="${qop}", opaque="${opaque}", ` +
        `algorithm=${algorithm}, stale=${stale ? "TRUE" : "FALSE"}`,
    },
  });
  return withCookies(challenge, staleAfter);
}

/** Sets cookies next to the challenge, for testing that clients keep them. */
function withCookies(response: Response, uses: string): Response {
  setCookie(response, "stale_after", uses);
  setCookie(response, "fake", "fake_value");
  return response;
}

function paramsOf(header: string): Record<string, string> | null {
  const [scheme = "", rest = ""] = header.split(/\s+(.*)/s, 2);
  if (scheme.toLowerCase() !== "digest") return null;
  const params: Record<string, string> = Object.create(null);
  for (const [, name = "", quoted, bare] of rest.matchAll(/(\w+)=(?:"([^"]*)"|([^\s,]+))/g)) {
    params[name.toLowerCase()] = quoted ?? bare ?? "";
  }
  return params;
}

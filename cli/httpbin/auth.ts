/**
 * Routes that ask for credentials.
 * @module
 */
import { createHash, randomBytes } from "node:crypto";
import {
  get,
  HTTPBadRequest,
  HTTPNotFound,
  jsonResponse,
  type RouteDef,
  type ServerRequest,
} from "../../server/mod.ts";
import { sameText } from "../listening/same_text.ts";

const ALGORITHMS: Readonly<Record<string, string>> = {
  "MD5": "md5",
  "SHA-256": "sha256",
  "SHA-512-256": "sha512-256",
};

/** The routes. */
export function authRoutes(): RouteDef[] {
  return [
    get("/basic-auth/{user}/{password}", (request) => {
      const { user, password } = request.matchInfo;
      if (basicMatches(request, user, password)) return accepted(user);
      return jsonResponse({ authenticated: false, user: "" }, {
        status: 401,
        headers: { "www-authenticate": 'Basic realm="Fake Realm"' },
      });
    }),
    get("/hidden-basic-auth/{user}/{password}", (request) => {
      const { user, password } = request.matchInfo;
      if (basicMatches(request, user, password)) return accepted(user);
      throw new HTTPNotFound();
    }),
    get("/bearer", (request) => {
      const token = /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1];
      if (token !== undefined) return jsonResponse({ authenticated: true, token });
      return new Response(null, { status: 401, headers: { "www-authenticate": "Bearer" } });
    }),
    get("/digest-auth/{qop}/{user}/{password}", (request) => digest(request, "MD5")),
    get(
      "/digest-auth/{qop}/{user}/{password}/{algorithm}",
      (request) => digest(request, request.matchInfo.algorithm),
    ),
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

type DigestParams = { qop: string; user: string; password: string };

/** RFC 7616: a fresh nonce for every challenge; a reply is checked, its nonce is not remembered. */
async function digest(request: ServerRequest<DigestParams>, algorithm: string): Promise<Response> {
  const { qop, user, password } = request.matchInfo;
  const name = Object.hasOwn(ALGORITHMS, algorithm) ? ALGORITHMS[algorithm] : undefined;
  if (name === undefined) {
    throw new HTTPBadRequest({
      text: `400: algorithm ${algorithm} is none of ${Object.keys(ALGORITHMS).join(", ")}`,
    });
  }
  if (qop !== "auth" && qop !== "auth-int") {
    throw new HTTPBadRequest({ text: `400: qop ${qop} is none of auth, auth-int` });
  }
  const hash = (text: string | Uint8Array): string => createHash(name).update(text).digest("hex");
  const params = paramsOf(request.headers.get("authorization") ?? "");
  if (params !== null && params.username === user && params.qop === qop) {
    const body = qop === "auth-int" ? `:${hash(await request.read())}` : "";
    const first = hash(`${user}:${params.realm}:${password}`);
    const second = hash(`${request.method}:${params.uri}${body}`);
    const { nonce, nc, cnonce } = params;
    const expected = hash(`${first}:${nonce}:${nc}:${cnonce}:${qop}:${second}`);
    if (sameText(params.response ?? "", expected)) return accepted(user);
  }
  const nonce = randomBytes(16).toString("hex");
  const opaque = randomBytes(16).toString("hex");
  return new Response(null, {
    status: 401,
    headers: {
      "www-authenticate":
        `Digest realm="go-httpbin", nonce="${nonce}", qop="${qop}", opaque="${opaque}", ` +
        `algorithm=${algorithm}, stale=FALSE`,
    },
  });
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

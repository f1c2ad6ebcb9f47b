// Digest authentication (RFC 7616).
import { nodeCrypto } from "../../http/node_modules.ts";
import { OptionTable } from "../../http/options.ts";
import { collectBytes } from "../../http/bytes/growing_bytes.ts";
import { ClientError } from "../errors/client_errors.ts";
import type { ClientMiddleware } from "../hop/middleware.ts";
import type { ClientRequest } from "../hop/request.ts";
import { discardReply, type HopResult } from "../hop/transport.ts";
import { parseUrl } from "../../http/since_node_20.ts";

/** Options of {@linkcode digestAuthMiddleware}. */
export interface DigestAuthOptions {
  /** User name; must not contain a colon. */
  readonly login: string;
  /** Password. */
  readonly password: string;
  /** Whether later requests send credentials before another challenge. @default {true} */
  readonly preemptive?: boolean | undefined;
  /** The only origin whose challenges are answered. @default the origin of the first request */
  readonly origin?: string | undefined;
}

const DIGEST_AUTH_OPTIONS = new OptionTable<DigestAuthOptions>({
  login: "a string",
  password: "a string",
  preemptive: "true or false",
  origin: "a string",
}, { username: 'Write "login"', user: 'Write "login"' });

/**
 * Answers Digest challenges, as aiohttp's `DigestAuthMiddleware`: MD5, SHA-256, SHA-512-256 and
 * others, `auth` and `auth-int`. It answers one origin only, never the target of a redirect
 * elsewhere, which could attack the hash of the password.
 * @returns The middleware; it reuses the server's nonce across requests.
 * @throws {TypeError} If the login contains a colon.
 * @example
 * ```ts no-assert
 * import { ClientSession, digestAuthMiddleware } from "@roundtrip/http";
 *
 * export const session = new ClientSession({
 *   baseUrl: "https://example.com/",
 *   middlewares: [digestAuthMiddleware({ login: "user", password: "secret" })],
 * });
 * ```
 */
export function digestAuthMiddleware(options: DigestAuthOptions): ClientMiddleware {
  DIGEST_AUTH_OPTIONS.check("digestAuthMiddleware()", options);
  const { login, password, preemptive = true } = options;
  if (login.includes(":")) {
    throw new TypeError(`Cannot use login "${login}": it contains ":" (RFC 7616)`);
  }
  let origin = options.origin === undefined ? null : new URL(options.origin).origin;
  let challenge: DigestChallenge | null = null;
  let count = 0;

  const answer = async (request: ClientRequest, to: DigestChallenge): Promise<ClientRequest> => {
    const cnonce = nodeCrypto().randomBytes(8).toString("hex");
    const value = await digestHeader(request, to, { login, password, count: ++count, cnonce });
    const copy = request.with({});
    copy.headers.set("authorization", value);
    return copy;
  };

  return async (request, handler) => {
    origin ??= request.initialUrl.origin;
    if (request.url.origin !== origin) return await handler(request);
    const first = challenge !== null && preemptive && inSpace(challenge, request.url)
      ? await answer(request, challenge)
      : request;
    const result = await handler(first);
    if (result.status !== 401) return result;
    const fresh = challengeIn(result);
    const canRepeat = request.payload === null || request.payload.replayable;
    if (fresh === null || !canRepeat) return result;
    if (fresh["nonce"] !== challenge?.["nonce"]) count = 0;
    challenge = fresh;
    discardReply(result);
    return await handler(await answer(request, fresh));
  };
}

function challengeIn(result: HopResult): DigestChallenge | null {
  try {
    return digestChallenge(result.headers);
  } catch (error) {
    discardReply(result); // frees its connection
    throw error;
  }
}

/** The protection space of a challenge, RFC 7616 section 3.3: `domain`, or the whole origin. */
function inSpace({ domain }: DigestChallenge, url: URL): boolean {
  if (domain === undefined || domain.trim() === "") return true;
  return domain.trim().split(/\s+/).some((each) => {
    const space = parseUrl(each, url.origin);
    if (space === null || space.origin !== url.origin) return false;
    const path = space.pathname;
    return url.pathname === path || url.pathname.startsWith(path.endsWith("/") ? path : `${path}/`);
  });
}

/** Computes the `Authorization` header for a challenge (RFC 7616 section 3.4). */
export async function digestHeader(
  request: Pick<ClientRequest, "method" | "url" | "payload">,
  challenge: DigestChallenge,
  secrets: Pick<DigestAuthOptions, "login" | "password"> & { cnonce: string; count: number },
): Promise<string> {
  const { realm = "", nonce = "", opaque, qop: offered } = challenge;
  const { login, password, cnonce } = secrets;
  const { name, isSession } = digestAlgorithm(challenge);
  const hash = (text: string | Uint8Array): string =>
    nodeCrypto().createHash(DIGEST_ALGORITHMS.get(name) ?? "md5").update(text).digest("hex");

  const qops = offered?.split(",").map((each) => each.trim().toLowerCase()) ?? [];
  // auth first: auth-int reads the whole body into memory.
  const qop = qops.includes("auth") ? "auth" : qops.includes("auth-int") ? "auth-int" : null;
  if (qop === null && qops.length > 0) {
    throw new ClientError(`Cannot answer the Digest challenge: qop "${offered}" is unknown`);
  }
  const uri = `${request.url.pathname}${request.url.search}`;
  const secret = hash(`${login}:${realm}:${password}`);
  const a1 = isSession ? hash(`${secret}:${nonce}:${cnonce}`) : secret;
  const { method, payload } = request;
  const body = qop !== "auth-int" || payload === null
    ? ""
    : payload.bytes ?? await collectBytes(payload.stream());
  const a2 = hash(`${method}:${uri}${qop === "auth-int" ? `:${hash(body)}` : ""}`);
  const nc = secrets.count.toString(16).padStart(8, "0");
  const response = qop === null
    ? hash(`${a1}:${nonce}:${a2}`)
    : hash(`${a1}:${nonce}:${nc}:${cnonce}:${qop}:${a2}`);

  const quote = (text: string): string => `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
  return "Digest " + [
    `username=${quote(login)}`,
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri="${uri}"`,
    `response="${response}"`,
    ...(challenge["algorithm"] === undefined ? [] : [`algorithm=${challenge["algorithm"]}`]),
    ...(opaque === undefined ? [] : [`opaque=${quote(opaque)}`]),
    ...(qop === null ? [] : [`qop=${qop}`, `nc=${nc}`, `cnonce="${cnonce}"`]),
  ].join(", ");
}

/** Parameters of a challenge, names in lower case. */
export type DigestChallenge = Readonly<Record<string, string>>;

/** Hashes by name without "-sess", strongest first (RFC 7616 section 3.7). */
const DIGEST_ALGORITHMS: ReadonlyMap<string, string> = new Map([
  ["SHA-512-256", "sha512-256"],
  ["SHA-512", "sha512"],
  ["SHA512", "sha512"],
  ["SHA-256", "sha256"],
  ["SHA256", "sha256"],
  ["SHA", "sha1"],
  ["MD5", "md5"],
]);

// Limit for realm, nonce and opaque, which every request repeats.
const MAX_CHALLENGE = 16 * 1024;

/** Finds the strongest supported challenge of a 401; `null` without a Digest challenge. */
export function digestChallenge(headers: Headers): DigestChallenge | null {
  const digests = challengesOf(headers.get("www-authenticate") ?? "")
    .filter(({ scheme }) => scheme === "digest").map(({ params }) => params);
  const usable = digests.filter((each) => problemOf(each) === null);
  for (const name of DIGEST_ALGORITHMS.keys()) {
    const found = usable.find((each) => digestAlgorithm(each).name === name);
    if (found !== undefined) return found;
  }
  const [first] = digests;
  if (first === undefined) return null;
  throw new ClientError(`Cannot answer the Digest challenge: ${problemOf(first)}`);
}

function problemOf(challenge: DigestChallenge): string | null {
  if (challenge["realm"] === undefined) return "it has no realm";
  if (!challenge["nonce"]) return "it has no nonce";
  if (Object.entries(challenge).flat().join("").length > MAX_CHALLENGE) {
    return `it is longer than ${MAX_CHALLENGE} characters`;
  }
  const isKnown = DIGEST_ALGORITHMS.has(digestAlgorithm(challenge).name);
  return isKnown ? null : `algorithm "${challenge["algorithm"]}" is unknown`;
}

function digestAlgorithm(challenge: DigestChallenge) {
  const text = (challenge["algorithm"] ?? "MD5").toUpperCase();
  return { name: text.replace(/-SESS$/, ""), isSession: text.endsWith("-SESS") };
}

interface Challenge {
  readonly scheme: string;
  readonly params: Record<string, string>;
}

// Sticky (the y flag): a header is scanned once, and separators within quotes do not count.
const GAP = /[\s,]*/y;
const WORD = /[\w!#$%&'*+.^`|~-]+/y;
const EQUALS = /[ \t]*=[ \t]*/y;
const QUOTED = /"([^"\\]*(?:\\.[^"\\]*)*)"/y;
const BARE = /[^\s",]*/y;
const JUNK = /[^\s,]+/y;

function challengesOf(header: string): Challenge[] {
  const found: Challenge[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(header);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  for (take(GAP); at < header.length; take(GAP)) {
    const word = take(WORD)?.[0];
    if (word === undefined) {
      take(JUNK); // for example the "/" of a token68
    } else if (take(EQUALS) === null) {
      found.push({ scheme: word.toLowerCase(), params: Object.create(null) });
    } else {
      const quoted = header[at] === '"' ? take(QUOTED) : null;
      if (quoted === null && header[at] === '"') break; // unterminated
      const value = quoted === null ? take(BARE)?.[0] : quoted[1]?.replaceAll(/\\(.)/g, "$1");
      const params = found.at(-1)?.params;
      if (params !== undefined) params[word.toLowerCase()] ??= value ?? "";
    }
  }
  return found;
}

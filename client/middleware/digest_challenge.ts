// The challenges of a `WWW-Authenticate` header, RFC 9110 section 11.6.1.
import { ClientError } from "../errors/client_errors.ts";

/** Parameters of a challenge, names in lower case. */
export type DigestChallenge = Readonly<Record<string, string>>;

/** Hashes by name without "-sess", strongest first (RFC 7616 section 3.7). */
export const DIGEST_ALGORITHMS: ReadonlyMap<string, string> = new Map([
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
  if (digests.length === 0) return null;
  for (const name of DIGEST_ALGORITHMS.keys()) {
    const found = digests.find((each) =>
      digestAlgorithm(each).name === name && each["realm"] !== undefined && each["nonce"] &&
      sizeOf(each) <= MAX_CHALLENGE
    );
    if (found !== undefined) return found;
  }
  const [first = {}] = digests;
  const problem = first["realm"] === undefined
    ? "it has no realm"
    : !first["nonce"]
    ? "it has no nonce"
    : sizeOf(first) > MAX_CHALLENGE
    ? `it is longer than ${MAX_CHALLENGE} characters`
    : `algorithm "${first["algorithm"]}" is unknown`;
  throw new ClientError(`Cannot answer the Digest challenge: ${problem}`);
}

export function digestAlgorithm(
  challenge: DigestChallenge,
): { readonly name: string; readonly isSession: boolean } {
  const text = (challenge["algorithm"] ?? "MD5").toUpperCase();
  return { name: text.replace(/-SESS$/, ""), isSession: text.endsWith("-SESS") };
}

function sizeOf(challenge: DigestChallenge): number {
  return Object.entries(challenge).flat().join("").length;
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

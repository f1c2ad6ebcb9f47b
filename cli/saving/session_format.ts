// Sessions in the format of HTTPie and xh.
import type { CookieJar, JarCookie } from "../../client/mod.ts";

/** Data of a session besides its cookies. */
export interface SessionData {
  /** Headers given by the user, including repeated ones. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly auth: { readonly type: string; readonly value: string } | null;
}

/** JSON of a session file. */
export type SessionRecord = Readonly<Record<string, unknown>>;

/** Whether JSON is a session, of this program, HTTPie or xh. */
export function isSession(read: unknown): read is SessionRecord {
  if (!isRecord(read)) return false;
  const { __meta__: meta, headers, cookies } = read;
  if (isRecord(meta)) {
    return ["roundtrip", "httpie", "xh"].some((name) => typeof meta[name] === "string");
  }
  // HTTPie also reads files without this mark, written by hand or by its first versions.
  return Object.keys(read).every((name) => /^(?:headers|cookies|auth)$/.test(name)) &&
    (isRecord(headers) || isRecord(cookies)) &&
    Object.values(headers ?? {}).every((value) => typeof value === "string") &&
    Object.values(cookies ?? {}).every((cookie) => isRecord(cookie) && "value" in cookie);
}

/** Reads a session, also of HTTPie before 3.1, with objects for headers and cookies. */
export function readSession(read: SessionRecord, jar: CookieJar, url: URL): SessionData {
  for (const cookie of entries(read.cookies)) {
    const { name, value, domain, path, expires, secure } = cookie;
    if (typeof name !== "string" || typeof value !== "string") continue;
    const given = typeof domain === "string" ? domain : "";
    const host = given.replace(/^\./, "").replace(/^([^.]+)\.local$/, "$1")
      .replace(/^[^[]*:.*/, "[$&]") || url.hostname; // an address of IPv6 in brackets
    const owner = URL.parse(`${secure === true ? "https" : "http"}://${host}/`);
    if (owner === null) continue;
    const header = [
      `${name}=${value}`,
      `Path=${typeof path === "string" ? path : "/"}`,
      ...(given.startsWith(".") ? [`Domain=${host}`] : []),
      ...(typeof expires === "number" ? [`Expires=${new Date(expires * 1000).toUTCString()}`] : []),
      ...(secure === true ? ["Secure"] : []),
    ].join("; ");
    jar.updateFromHeaders([header], owner);
  }
  const headers = entries(read.headers).flatMap(({ name, value }): [string, string][] =>
    typeof name === "string" && typeof value === "string" ? [[name, value]] : []
  );
  return { headers, auth: authOf(read.auth) };
}

/** Reads a list of objects, or an object of objects or values by name. */
function entries(list: unknown): SessionRecord[] {
  if (Array.isArray(list)) return list.filter(isRecord);
  if (!isRecord(list)) return [];
  return Object.entries(list).map(([name, value]) =>
    isRecord(value) ? { name, ...value } : { name, value }
  );
}

function authOf(auth: unknown): SessionData["auth"] {
  if (!isRecord(auth) || typeof auth.type !== "string") return null;
  const { type, raw_auth: raw, username, password } = auth;
  if (typeof raw === "string") return { type, value: raw };
  return typeof username === "string" && typeof password === "string"
    ? { type, value: `${username}:${password}` }
    : null;
}

/** Changes a session; the shape of its parts stays as it was read. */
export function changedSession(
  read: SessionRecord,
  { headers, auth }: SessionData,
  jar: CookieJar,
): SessionRecord {
  const isHttpie = !isRecord(read.__meta__) || "httpie" in read.__meta__; // which is Python
  const cookies = [...jar].map((cookie) => cookieRecord(cookie, isHttpie));
  const old = authOf(read.auth);
  const isSame = old?.type === auth?.type && old?.value === auth?.value;
  const names = new Set(headers.map(([name]) => name.toLowerCase()));
  return {
    ...read,
    auth: isSame || auth === null ? read.auth : { type: auth.type, raw_auth: auth.value },
    cookies: isRecord(read.cookies)
      ? Object.fromEntries(cookies.map(({ name, domain: _, ...cookie }) => [name, cookie]))
      : cookies,
    headers: isRecord(read.headers) && names.size === headers.length
      ? Object.fromEntries(headers)
      : headers.map(([name, value]) => ({ name, value })),
  };
}

function cookieRecord(cookie: JarCookie, isHttpie: boolean) {
  const { name, value, path, secure, expires, hostOnly } = cookie;
  // Python appends ".local" to a host without a dot, see http.cookiejar.eff_request_host().
  const host = isHttpie && /^[^.:]+$/.test(cookie.domain)
    ? `${cookie.domain}.local`
    : cookie.domain;
  return {
    domain: hostOnly ? host : `.${host}`,
    expires: expires === null ? null : Math.floor(expires.getTime() / 1000),
    name,
    path,
    secure,
    value,
  };
}

/** Whether a JSON value is an object. */
export function isRecord(value: unknown): value is SessionRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

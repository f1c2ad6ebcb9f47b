import { dirname, join } from "node:path";
import type { CookieJar, JarCookie } from "../../client/mod.ts";
import { configFolder } from "../io/config_folder.ts";
import { VERSION } from "../io/version.ts";
import { badArgument, CommandError, messageOf, systemReason } from "../errors/errors.ts";

/** The file of a session: its own, or one of HTTPie or xh. */
export class SessionFile {
  readonly path: string;
  readonly #url: URL;
  #record: SessionRecord;

  constructor(name: string, url: URL) {
    const host = url.host.replaceAll(/[^\w.-]/g, "_");
    this.path = /[\\/]/.test(name)
      ? name
      : join(configFolder(), "sessions", host, `${checked(name)}.json`);
    this.#url = url;
    this.#record = { __meta__: this.#meta() };
  }

  /** The mark of a file of this program. */
  #meta(): SessionRecord {
    return { about: "Roundtrip session file", roundtrip: VERSION, origin: this.#url.origin };
  }

  /** Reads the session; returns the data besides the cookies, empty if the file does not exist. */
  async load(jar: CookieJar): Promise<SessionData> {
    let record: unknown;
    try {
      if (!(await Deno.stat(this.path)).isFile) {
        throw new CommandError(`cannot read the session ${this.path}: it is not a file`);
      }
      record = JSON.parse(await Deno.readTextFile(this.path));
    } catch (cause) {
      if (cause instanceof Deno.errors.NotFound) return { headers: [], auth: null };
      if (cause instanceof Deno.errors.NotCapable || cause instanceof CommandError) throw cause;
      const why = `${messageOf(cause)}; delete it to start over`;
      throw new CommandError(`cannot read the session ${this.path}: ${why}`, { cause });
    }
    if (!isSession(record)) {
      const why = isRecord(record) && record.roundtrip === 1
        ? "an earlier version wrote it; delete it to start over"
        : "it is not a session; choose another name";
      throw new CommandError(`cannot use ${this.path} as a session: ${why}`);
    }
    const { __meta__: meta, cookies } = record;
    // A file given by path may be used with any server; secrets go only to its own.
    const isOther = isRecord(meta) && "origin" in meta && meta.origin !== this.#url.origin;
    this.#record = isOther ? { __meta__: meta, cookies } : record;
    return readSession(this.#record, jar, this.#url);
  }

  /** Writes the session, readable only by the user. */
  async save(data: SessionData, jar: CookieJar): Promise<void> {
    const changed = changedSession(this.#record, data, jar);
    const isOwn = isRecord(changed.__meta__) && "roundtrip" in changed.__meta__;
    const record = isOwn ? { ...changed, __meta__: this.#meta() } : changed;
    const temporary = `${this.path}.${crypto.randomUUID()}`;
    try {
      await Deno.mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
      const text = `${JSON.stringify(record, null, 4)}\n`;
      await Deno.writeTextFile(temporary, text, { mode: 0o600, createNew: true });
      await Deno.rename(temporary, this.path);
    } catch (cause) {
      await Deno.remove(temporary).catch(() => {}); // incomplete, if it exists
      const reason = systemReason(cause);
      if (reason === null) throw cause;
      throw new CommandError(`cannot save the session to ${this.path}: ${reason}`, { cause });
    }
  }
}

function checked(name: string): string {
  if (/^[\w][\w.-]*$/.test(name)) return name;
  throw badArgument(
    "session",
    `"${name}" is not a valid name: use letters, digits, "-", "_" and ".", or a path`,
  );
}

export interface SessionData {
  /** Headers given by the user, including repeated ones. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly auth: { readonly type: string; readonly value: string } | null;
}

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

export function isRecord(value: unknown): value is SessionRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

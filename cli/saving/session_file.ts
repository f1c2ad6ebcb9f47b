import { dirname, join } from "node:path";
import type { CookieJar } from "../../client/mod.ts";
import { configFolder } from "../io/config_folder.ts";
import { messageOf, systemReason } from "../errors/system_error.ts";
import { badArgument, CommandError } from "../errors/usage_error.ts";
import {
  isForeignSession,
  isRecord,
  readForeignSession,
  type SessionData,
  type SessionRecord,
  writeForeignSession,
} from "./foreign_session.ts";

/** The files of a session, `NAME.json` and `NAME.cookies.json`, or one of HTTPie or xh. */
export class SessionFile {
  readonly path: string;
  readonly #cookies: string;
  readonly #url: URL;
  #foreign: SessionRecord | null = null;

  constructor(name: string, url: URL) {
    const host = url.host.replaceAll(/[^\w.-]/g, "_");
    this.path = /[\\/]/.test(name)
      ? name
      : join(configFolder(), "sessions", host, `${checked(name)}.json`);
    this.#url = url;
    this.#cookies = this.path.replace(/(?:\.json)?$/, ".cookies.json");
  }

  /** Reads the session; returns the data besides the cookies, empty if the file does not exist. */
  async load(jar: CookieJar): Promise<SessionData> {
    let data: SessionData = { headers: [], auth: null };
    try {
      if (!(await Deno.stat(this.path)).isFile) {
        throw new CommandError(`cannot read the session ${this.path}: it is not a file`);
      }
      const read: unknown = JSON.parse(await Deno.readTextFile(this.path));
      if (isRecord(read) && isForeignSession(read)) {
        this.#foreign = read;
        return readForeignSession(read, jar, this.#url);
      }
      if (!isRecord(read) || read.roundtrip !== 1) {
        const why = "it is not a session; choose another name";
        throw new CommandError(`cannot use ${this.path} as a session: ${why}`);
      }
      // A file given by path may be used with any server; secrets go only to its own.
      if (read.origin === this.#url.origin) data = ownData(read);
    } catch (cause) {
      this.#explain(cause, this.path);
    }
    try {
      await jar.load(this.#cookies);
    } catch (cause) {
      this.#explain(cause, this.#cookies);
    }
    return data;
  }

  /** Writes the session, readable only by the user. */
  async save(data: SessionData, jar: CookieJar): Promise<void> {
    const { headers, auth } = data;
    const record = this.#foreign === null
      ? { roundtrip: 1, origin: this.#url.origin, headers, auth }
      : writeForeignSession(this.#foreign, data, jar);
    const text = `${JSON.stringify(record, null, this.#foreign === null ? 2 : 4)}\n`;
    const temporary = `${this.path}.${crypto.randomUUID()}`;
    try {
      await Deno.mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
      await Deno.writeTextFile(temporary, text, { mode: 0o600, createNew: true });
      await Deno.rename(temporary, this.path);
      if (this.#foreign === null) await jar.save(this.#cookies);
    } catch (cause) {
      await Deno.remove(temporary).catch(() => {}); // incomplete, if it exists
      const reason = systemReason(cause);
      if (reason === null) throw cause;
      throw new CommandError(`cannot save the session to ${this.path}: ${reason}`, { cause });
    }
  }

  #explain(cause: unknown, path: string): void {
    if (cause instanceof Deno.errors.NotFound) return;
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return;
    if (cause instanceof Deno.errors.NotCapable || cause instanceof CommandError) throw cause;
    throw new CommandError(
      `cannot read the session ${path}: ${messageOf(cause)}; delete it to start over`,
      { cause },
    );
  }
}

function checked(name: string): string {
  if (/^[\w][\w.-]*$/.test(name)) return name;
  throw badArgument(
    "session",
    `"${name}" is not a valid name: use letters, digits, "-", "_" and ".", or a path`,
  );
}

/** Headers are pairs, in older files an object. */
function ownData({ headers, auth }: SessionRecord): SessionData {
  const pairs: unknown[] = Array.isArray(headers) ? headers : Object.entries(headers ?? {});
  return {
    headers: pairs.flatMap((pair): [string, string][] => {
      const [name, value] = Array.isArray(pair) ? pair : [];
      return typeof name === "string" && typeof value === "string" ? [[name, value]] : [];
    }),
    auth: isRecord(auth) && typeof auth.type === "string" && typeof auth.value === "string"
      ? { type: auth.type, value: auth.value }
      : null,
  };
}

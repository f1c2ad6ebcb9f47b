import { dirname, join } from "node:path";
import type { CookieJar } from "../../client/mod.ts";
import { configFolder } from "../io/config_folder.ts";
import { VERSION } from "../io/version.ts";
import { badArgument, CommandError, messageOf, systemReason } from "../errors/errors.ts";
import {
  changedSession,
  isRecord,
  isSession,
  readSession,
  type SessionData,
  type SessionRecord,
} from "./session_format.ts";

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

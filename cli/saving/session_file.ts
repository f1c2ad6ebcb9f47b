/**
 * Named sessions: headers, credentials and cookies kept between commands.
 * @module
 */
import { dirname, join } from "node:path";
import type { CookieJar } from "../../client/mod.ts";
import { configFolder } from "../io/config_folder.ts";
import { systemReason } from "../errors/system_error.ts";
import { CommandError, UsageError } from "../errors/usage_error.ts";

/** What a session keeps beside its cookies. */
export interface SessionData {
  /** Headers that the user gave. */
  headers: Record<string, string>;
  /** Credentials that the user gave. */
  auth: { type: string; value: string } | null;
}

/** The files of a session: `NAME.json`, and `NAME.cookies.json` for the jar. */
export class SessionFile {
  /** Path of the file. */
  readonly path: string;
  readonly #cookies: string;
  readonly #origin: string;

  /**
   * Creates one.
   *
   * @param name A name, kept apart for each host, or a path with a slash.
   * @param url URL of the request.
   * @throws {UsageError} If the name cannot be one of a file.
   */
  constructor(name: string, url: URL) {
    this.path = /[\\/]/.test(name) ? name : join(folder(), hostName(url), `${checked(name)}.json`);
    this.#origin = url.origin;
    this.#cookies = this.path.replace(/(?:\.json)?$/, ".cookies.json");
  }

  /**
   * Reads the session.
   *
   * @param jar Gets its cookies.
   * @returns What is kept beside them; empty where there is no file.
   * @throws {CommandError} If the files are none of a session.
   */
  async load(jar: CookieJar): Promise<SessionData> {
    const data: SessionData = { headers: {}, auth: null };
    try {
      if (!(await Deno.stat(this.path)).isFile) {
        throw new CommandError(`cannot read the session ${this.path}: it is no file`);
      }
      const read: unknown = JSON.parse(await Deno.readTextFile(this.path));
      if (!isRecord(read)) throw new SyntaxError("it holds no object");
      // A file that is named by its path may meet any server; only its own gets the secrets.
      const own = read.origin === this.#origin;
      for (
        const [name, value] of Object.entries(isRecord(read.headers) && own ? read.headers : {})
      ) {
        if (typeof value === "string") data.headers[name] = value;
      }
      if (isRecord(read.auth) && own) {
        const { type, value } = read.auth;
        if (typeof type === "string" && typeof value === "string") data.auth = { type, value };
      }
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

  /**
   * Writes the session; nobody but the user may read the files.
   *
   * @param data What is kept beside the cookies.
   * @param jar The cookies.
   */
  async save(data: SessionData, jar: CookieJar): Promise<void> {
    const text = `${JSON.stringify({ roundtrip: 1, origin: this.#origin, ...data }, null, 2)}\n`;
    const temporary = `${this.path}.${crypto.randomUUID()}`;
    try {
      await Deno.mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
      await Deno.writeTextFile(temporary, text, { mode: 0o600, createNew: true });
      await Deno.rename(temporary, this.path);
      await jar.save(this.#cookies);
    } catch (cause) {
      await Deno.remove(temporary).catch(() => {}); // a half of it, if anything
      const reason = systemReason(cause);
      if (reason === null) throw cause;
      throw new CommandError(`cannot keep the session in ${this.path}: ${reason}`, { cause });
    }
  }

  #explain(cause: unknown, path: string): void {
    if (cause instanceof Deno.errors.NotFound) return;
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return;
    if (cause instanceof Deno.errors.NotCapable || cause instanceof CommandError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(`cannot read the session ${path}: ${why}; delete it to start anew`, {
      cause,
    });
  }
}

function folder(): string {
  return join(configFolder(), "sessions");
}

function hostName(url: URL): string {
  return url.host.replaceAll(/[^\w.-]/g, "_");
}

function checked(name: string): string {
  if (/^[\w][\w.-]*$/.test(name)) return name;
  throw new UsageError(
    `argument --session: "${name}" is no name; letters, digits, "-", "_" and "." are, or a path`,
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

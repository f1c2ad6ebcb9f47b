import type { ServerRequest } from "../request/request.ts";
import type { Session } from "./session.ts";
import {
  SessionCookie,
  type SessionCookieOptions,
  type SessionStorage,
} from "./session_storage.ts";

/**
 * Stores a session as JSON in its cookie, aiohttp_session's `SimpleCookieStorage`. Clients can read
 * and change it: for tests only.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * web.setupSessions(app, new web.SimpleCookieStorage());
 * app.addRoutes([
 *   web.get("/", async (request) => web.jsonResponse(await web.getSession(request))),
 * ]);
 * const headers = { cookie: 'AIOHTTP_SESSION={"session":{"user":"ann"}}' }; // of a test
 * console.assert((await (await app.request("/", { headers })).json()).session.user === "ann");
 * ```
 */
export class SimpleCookieStorage implements SessionStorage {
  readonly #cookie: SessionCookie;

  /** Creates one. */
  constructor(options: SessionCookieOptions = {}) {
    this.#cookie = new SessionCookie(options);
  }

  /** Whether reading a session extends its life. */
  get sliding(): boolean {
    return this.#cookie.sliding;
  }

  /** Creates a new session. */
  create(): Session {
    return this.#cookie.session(null, null);
  }

  /** Reads the session from the cookie; a new one if it is missing or malformed. */
  load(request: ServerRequest): Promise<Session> {
    return Promise.resolve(this.#cookie.session(null, this.#cookie.read(request)));
  }

  /**
   * Writes the session into the cookie.
   * @throws {RangeError} If the cookie would be longer than 4096 bytes.
   */
  save(
    _request: ServerRequest,
    response: { readonly headers: Headers },
    session: Session,
  ): Promise<void> {
    this.#cookie.write(response, quote(JSON.stringify(session)), session.maxAge);
    return Promise.resolve();
  }
}

/** A quoted string with octal escapes of bytes (RFC 2109), as of Python's http.cookies. */
function quote(json: string): string {
  const ascii = json.replace(
    /[\x7f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  const escaped = ascii.replace(
    /[^\w!#$%&'*+.^`|~:{}()[\]/<>?@=-]/g,
    (char) => char === '"' || char === "\\" ? `\\${char}` : `\\${octal(char)}`,
  );
  return `"${escaped}"`;
}

function octal(char: string): string {
  return char.charCodeAt(0).toString(8).padStart(3, "0");
}

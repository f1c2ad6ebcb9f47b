import { OptionTable } from "../../http/options.ts";
import { type CookieOptions, formatSetCookie } from "../../http/headers/set_cookie.ts";
import type { ServerRequest } from "../request/request.ts";
import { Session, type SessionData } from "./session.ts";

/** Base of session storages; extend it for your own. */
export interface SessionStorage {
  /** Whether reading a session extends its life. */
  readonly sliding?: boolean;
  /** Creates a new session. */
  create(): Session;
  /** Finds the session of a request; a new one if it is missing or cannot be trusted. */
  load(request: ServerRequest): Promise<Session>;
  /** Saves a changed session; the response's or HTTP exception's headers get the cookie. */
  save(request: ServerRequest, reply: Pick<Response, "headers">, session: Session): Promise<void>;
  /** Deletes a session whose identity was replaced; storages inside the cookie cannot. */
  remove?(identity: string): Promise<void>;
}

/** The cookie of a session, `httpOnly` unless told otherwise; `secure` is recommended with TLS. */
export interface SessionCookieOptions
  extends Pick<CookieOptions, "domain" | "path" | "secure" | "httpOnly" | "sameSite"> {
  /** Name of the cookie. @default {"AIOHTTP_SESSION"} */
  readonly cookieName?: string;
  /** Lifetime in ms, a multiple of 1000; `null` until the browser closes. @default {null} */
  readonly maxAge?: number | null;
  /** Whether reading extends its life, once a tenth has passed. @default {false; true in Redis} */
  readonly sliding?: boolean;
}

const SESSION_COOKIE_OPTIONS = new OptionTable<SessionCookieOptions>({
  cookieName: "a string",
  maxAge: "a number or null",
  domain: "a string",
  path: "a string",
  secure: "true or false",
  httpOnly: "true or false",
  sameSite: "a string",
  sliding: "true or false",
}, { name: 'Write "cookieName"', ttl: 'Write "maxAge", in milliseconds' });

const MAX_COOKIE = 4096; // bytes with attributes, in browsers (RFC 6265 section 6.1)

const TOKEN = /^[\w=-]+$/;

export class SessionCookie {
  readonly name: string;
  readonly maxAge: number | null;
  readonly sliding: boolean;
  readonly #attributes: Omit<SessionCookieOptions, "cookieName" | "maxAge" | "sliding">;
  #made: { readonly second: number; readonly maxAge: number | null; readonly text: string } | null =
    null;

  constructor(options: SessionCookieOptions) {
    SESSION_COOKIE_OPTIONS.check("Cannot store sessions", options);
    const { cookieName = "AIOHTTP_SESSION", maxAge = null, sliding = false, ...rest } = options;
    const { path = "/", httpOnly = true, ...attributes } = rest;
    // Python's aiohttp_session counts seconds: its 3600 would be 3.6 s here.
    if (maxAge !== null && !(Number.isInteger(maxAge / 1000) && maxAge >= 0)) {
      throw new RangeError(
        `Cannot keep sessions for ${maxAge} ms: expected whole seconds in milliseconds, ` +
          "as 3_600_000 for an hour",
      );
    }
    this.name = cookieName;
    this.maxAge = maxAge;
    this.sliding = sliding;
    this.#attributes = { path, httpOnly, ...attributes };
  }

  /** The session with a stored text; a new one if the text is `null` or not a session. */
  session(identity: string | null, text: string | null): Session {
    return new Session(identity, { data: parseSessionData(text), maxAge: this.maxAge });
  }

  read(request: ServerRequest): string | null {
    return request.cookies.get(this.name) || null;
  }

  /** Writes the cookie for `maxAge` ms, `null` for no limit; a value `null` deletes it. */
  write(reply: Pick<Response, "headers">, value: string | null, maxAge: number | null): void {
    const header = value !== null && TOKEN.test(value)
      ? `${this.name}=${value}${this.#attributesOf(maxAge)}`
      : this.#format(value, maxAge);
    if (header.length > MAX_COOKIE) {
      throw new RangeError(
        `Cannot save the session: its cookie would have ${header.length} bytes, browsers keep ` +
          `${MAX_COOKIE}. Store less in it, or keep sessions on the server: MemoryStorage, Redis`,
      );
    }
    const { headers } = reply;
    const others = headers.getSetCookie().filter((each) => !each.startsWith(`${this.name}=`));
    headers.set("set-cookie", header);
    for (const each of others) headers.append("set-cookie", each);
  }

  #format(value: string | null, maxAge: number | null): string {
    const lifetime = value === null ? 0 : maxAge;
    return formatSetCookie(this.name, value ?? "", {
      ...this.#attributes,
      ...(lifetime === null ? {} : {
        maxAge: Math.floor(lifetime / 1000),
        expires: new Date(value === null ? 0 : Date.now() + lifetime),
      }),
    });
  }

  /** The text behind a value, made once a second: it takes longer than a small session's token. */
  #attributesOf(maxAge: number | null): string {
    const second = maxAge === null ? 0 : Math.floor((Date.now() + maxAge) / 1000);
    const made = this.#made;
    if (made !== null && made.second === second && made.maxAge === maxAge) return made.text;
    const text = this.#format("", maxAge).slice(this.name.length + 1);
    this.#made = { second, maxAge, text };
    return text;
  }
}

/** The form of a session in its cookie; `null` for none. */
interface Codec {
  encode(session: Session): string | null;
  decode(text: string, maxAge: number | null): string | null;
}

/**
 * Stores the whole session in its cookie.
 * @internal
 */
export class CookieStorage implements SessionStorage {
  /** Whether reading a session extends its life. */
  readonly sliding: boolean;
  readonly #cookie: SessionCookie;
  readonly #codec: Codec;

  /** Called by the storages. */
  constructor(options: SessionCookieOptions, codec: Codec) {
    this.#cookie = new SessionCookie(options);
    this.#codec = codec;
    this.sliding = this.#cookie.sliding;
  }

  /** Creates a new session. */
  create(): Session {
    return this.#cookie.session(null, null);
  }

  /** Reads the session from the cookie; a new one if it is missing or cannot be trusted. */
  load(request: ServerRequest): Promise<Session> {
    const text = this.#cookie.read(request);
    const json = text === null ? null : this.#codec.decode(text, this.#cookie.maxAge);
    return Promise.resolve(this.#cookie.session(null, json));
  }

  /** Writes the cookie. @throws {RangeError} If it would be longer than 4096 bytes. */
  save(_: ServerRequest, reply: Pick<Response, "headers">, session: Session): Promise<void> {
    const text = this.#codec.encode(session);
    this.#cookie.write(reply, text, text === null ? null : session.maxAge);
    return Promise.resolve();
  }
}

function parseSessionData(text: string | null): SessionData | null {
  if (text === null) return null;
  try {
    const data: unknown = JSON.parse(text);
    return typeof data === "object" && data !== null && !Array.isArray(data) ? data : null;
  } catch {
    return null;
  }
}

/**
 * Options of an application.
 * @module
 */
import { OptionTable } from "../../http/options.ts";
import type { BodyLimits } from "../body/incoming_body.ts";
import type { Logger } from "../request/app_context.ts";
import type { Middleware } from "../request/middleware.ts";

/** What {@linkcode Application} takes. */
export interface ApplicationOptions {
  /** Middlewares for every request, `404` and `405` included; the first is the outermost. */
  readonly middlewares?: readonly Middleware[];
  /**
   * Largest body that `read()`, `text()`, `json()` and `post()` accept, in bytes; 0 for no limit.
   * A sub-application has the limit of the application it was added to.
   * @default {1048576}
   */
  readonly clientMaxSize?: number;
  /**
   * Longest silence of a client whose body is being read, in ms; 0 for no limit. Every reader fails
   * with `408 Request Timeout` then.
   * @default {60000}
   */
  readonly bodyTimeout?: number;
  /**
   * Longest time for reading and dropping what an answer has left unread of a body, in ms, before
   * the connection ends; aiohttp's `lingering_time`.
   * @default {10000}
   */
  readonly lingeringTime?: number;
  /**
   * Most bytes to read and drop of a body that an answer has left unread.
   * @default {67108864}
   */
  readonly lingeringSize?: number;
  /** Where errors that no handler caught are reported. @default {console} */
  readonly logger?: Logger;
}

/** Names and types of {@linkcode ApplicationOptions}. */
export const APPLICATION_OPTIONS = new OptionTable<ApplicationOptions>({
  middlewares: "a list",
  clientMaxSize: "a number",
  bodyTimeout: "a number",
  lingeringTime: "a number",
  lingeringSize: "a number",
  logger: "an object",
});

const BODY_LIMITS: BodyLimits = Object.freeze({
  bodyTimeout: 60_000,
  lingeringTime: 10_000,
  lingeringSize: 64 * 1024 ** 2,
});

/**
 * Completes the limits of bodies with their defaults.
 *
 * @throws {RangeError} If one is negative or not a number.
 */
export function resolveBodyLimits(options: ApplicationOptions): BodyLimits {
  const limits: { -readonly [name in keyof BodyLimits]: number } = { ...BODY_LIMITS };
  for (const name of Object.keys(BODY_LIMITS) as (keyof BodyLimits)[]) {
    const value = options[name] ?? BODY_LIMITS[name];
    if (typeof value !== "number" || !(value >= 0)) {
      throw new RangeError(`Cannot set ${name} to ${value}: expected a number of at least 0`);
    }
    limits[name] = value;
  }
  return Object.freeze(limits);
}

import { OptionTable } from "../../http/options.ts";
import type { BodyLimits } from "../body/incoming_body.ts";
import type { Logger } from "../request/app_context.ts";
import type { Middleware } from "../request/middleware.ts";

/** Options of {@linkcode Application}. */
export interface ApplicationOptions {
  /** Middlewares for every request, including `404` and `405`; the first is the outermost. */
  readonly middlewares?: readonly Middleware[];
  /**
   * Largest body for `read()`, `text()`, `json()` and `post()`, in bytes; 0 for no limit. A
   * sub-application has the limit of its parent.
   * @default {1048576}
   */
  readonly clientMaxSize?: number;
  /**
   * Longest time without data while a body is read, in ms; 0 for no limit. Readers then fail with
   * `408 Request Timeout`.
   * @default {60000}
   */
  readonly bodyTimeout?: number;
  /**
   * Longest time for draining an unread body after the answer, in ms, before the connection is
   * closed; aiohttp's `lingering_time`.
   * @default {10000}
   */
  readonly lingeringTime?: number;
  /** Maximum bytes of an unread body to drain. @default {67108864} */
  readonly lingeringSize?: number;
  /** Logger for errors that no handler caught. @default {console} */
  readonly logger?: Logger;
  /**
   * Whether clients are told about errors of the program: a page with the stack, the source and the
   * request, JSON or text where that is asked for. For development alone; that of the outermost
   * application counts. `roundtrip serve --watch` turns it on. aiohttp's `debug`.
   * @default {false}
   */
  readonly debug?: boolean;
}

export const APPLICATION_OPTIONS = new OptionTable<ApplicationOptions>({
  middlewares: "a list",
  clientMaxSize: "a number",
  bodyTimeout: "a number",
  lingeringTime: "a number",
  lingeringSize: "a number",
  logger: "an object",
  debug: "true or false",
});

export const BODY_LIMITS: BodyLimits = {
  bodyTimeout: 60_000,
  lingeringTime: 10_000,
  lingeringSize: 64 * 1024 ** 2,
};

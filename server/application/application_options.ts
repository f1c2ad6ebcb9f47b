import { numberKinds, OptionTable } from "../../http/options.ts";
import type { BodyLimits } from "../body/incoming_body.ts";
import type { Logger } from "../request/app_context.ts";
import type { Middleware } from "../request/middleware.ts";

/** Options of {@linkcode Application}. */
export interface ApplicationOptions extends Partial<BodyLimits> {
  /** Middlewares for every request, including `404` and `405`; the first is the outermost. */
  readonly middlewares?: readonly Middleware[];
  /** Largest body read whole, in bytes; 0 for any; the outermost's counts. @default {1048576} */
  readonly clientMaxSize?: number;
  /** Logger for errors that no handler caught. @default {console} */
  readonly logger?: Logger;
  /** Whether clients are told about errors of the program; the outermost's counts. @default {false} */
  readonly debug?: boolean;
}

export const BODY_LIMITS: BodyLimits = {
  bodyTimeout: 60_000,
  lingeringTime: 10_000,
  lingeringSize: 64 * 1024 ** 2,
};

export const APPLICATION_OPTIONS = new OptionTable<ApplicationOptions>({
  ...numberKinds(BODY_LIMITS),
  middlewares: "a list",
  clientMaxSize: "a number",
  logger: "an object",
  debug: "true or false",
});

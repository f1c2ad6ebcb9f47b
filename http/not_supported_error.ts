import { nameErrors } from "./as_error.ts";

/**
 * The platform does not support the requested feature; nothing was sent.
 * @example
 * ```ts
 * import { NotSupportedError, web } from "@roundtrip/http";
 *
 * const tls = { cert: "-----BEGIN CERTIFICATE-----", key: "-----BEGIN PRIVATE KEY-----" };
 * await using runner = new web.AppRunner(new web.Application(), { engine: web.socketEngine() });
 * const error = await runner.listen({ port: 0, ...tls }).catch((error) => error);
 * console.assert(error instanceof NotSupportedError); // the message says why
 * ```
 */
export class NotSupportedError extends Error {
  /** Creates one; the reason says what to do instead. */
  constructor(feature: string, reason: string) {
    super(`${feature} is not supported: ${reason}`);
  }
}

nameErrors({ NotSupportedError });

/**
 * Refuses responses whose headers would stop the process.
 * @module
 */
import { rawHeadersOf } from "./serve_internals.ts";

// RFC 9110 section 5.5 allows tab, blank, visible ASCII and bytes above it.
// deno-lint-ignore no-control-regex -- control bytes are what has to be caught here
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

/**
 * Finds a header that must not leave. Deno 2.9's HTTP engine aborts the whole process on a control
 * byte in a response header value, so `GET /go?next=%01` to a redirect would be a one-request kill.
 *
 * @param response The response before it goes to the platform.
 * @returns Name of the first broken header, `null` where all are fine.
 */
export function brokenHeader(response: Response): string | null {
  const raw = rawHeadersOf(response);
  if (raw !== undefined) {
    for (let i = 0; i < raw.length; i++) {
      const header = raw[i];
      if (header !== undefined && CONTROL.test(header[1])) return header[0];
    }
    return null;
  }
  for (const [name, value] of response.headers) if (CONTROL.test(value)) return name;
  return null;
}

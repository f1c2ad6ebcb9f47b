/**
 * Refuses responses whose headers would stop the process.
 * @module
 */
import { hasControl } from "../../http/headers/header_text.ts";
import type { RawHeaders } from "../engine/engine.ts";

/**
 * Finds a header that must not leave. There are engines that abort the whole process on a control
 * byte in a response header value, so `GET /go?next=%01` to a redirect would be a one-request kill.
 *
 * @param headers Headers of the response before it goes to the engine.
 * @returns Name of the first broken header, `null` where all are fine.
 */
export function brokenHeader(headers: RawHeaders): string | null {
  for (let i = 0; i < headers.length; i++) {
    const header = headers[i];
    if (header !== undefined && hasControl(header[1])) return header[0];
  }
  return null;
}

import { hasControl } from "../../http/headers/header_text.ts";
import type { RawHeaders } from "../engine/engine.ts";

/**
 * Finds the name of the first invalid header, or `null`. Some engines abort the whole process on a
 * control byte in a response header, so `GET /go?next=%01` to a redirect would be a one-request
 * kill.
 */
export function brokenHeader(headers: RawHeaders): string | null {
  for (const [name, value] of headers) {
    if (hasControl(value)) return name;
  }
  return null;
}

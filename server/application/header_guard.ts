import { hasControl } from "../../http/headers/header_text.ts";
import type { RawHeaders } from "../engine/engine.ts";

/** The first header with a control byte, for which Deno would abort the process, or `null`. */
export function brokenHeader(headers: RawHeaders): string | null {
  for (const [name, value] of headers) {
    if (hasControl(value)) return name;
  }
  return null;
}

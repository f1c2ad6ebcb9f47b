import type { ClientResponse } from "../../client/mod.ts";
import { decoded } from "../connecting/target.ts";

// Names that Windows reserves, with any extension.
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** Chooses a safe name: the server's (RFC 6266), else the last segment of the requested URL. */
export function fileName(response: ClientResponse | null, url: URL): string {
  const suggested = response?.contentDisposition?.filename ?? "";
  return safeName(suggested) ?? safeName(decoded(url.pathname)) ?? "index";
}

function safeName(text: string): string | null {
  // "..\\..\\x" is a path on Windows, so both slashes are separators everywhere.
  const base = text.split(/[\\/]/).findLast((each) => each !== "") ?? "";
  const name = base.normalize()
    // deno-lint-ignore no-control-regex -- the pattern has to match control characters
    .replaceAll(/[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069<>:"|?*]/g, "_")
    .replace(/^[.\s]+/, "").replace(/[.\s]+$/, "");
  if (name === "") return null;
  const short = shortened(name);
  return RESERVED.test(short) ? `_${short}` : short;
}

/** File systems allow 255 bytes, including the temporary ".part.json". */
function shortened(name: string): string {
  const encoder = new TextEncoder();
  const extension = /\.[A-Za-z0-9]{1,10}$/.exec(name)?.[0] ?? "";
  let stem = name.slice(0, name.length - extension.length);
  while (encoder.encode(stem + extension).length > 200) stem = [...stem].slice(0, -1).join("");
  return stem + extension;
}

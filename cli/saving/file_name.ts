/**
 * The name of a downloaded file.
 * @module
 */
import type { ClientResponse } from "../../client/mod.ts";

// What Windows reserves, whatever the extension.
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/**
 * Chooses a name: the one the server suggests (RFC 6266), else the last part of the URL that the
 * user asked for; a redirect has no say in it.
 *
 * @param response The reply, `null` where the name is needed before it has come.
 * @param url URL that was asked for.
 * @returns A base name: no folder, no leading dot, nothing a terminal would obey.
 */
export function fileName(response: ClientResponse | null, url: URL): string {
  const suggested = response?.contentDisposition?.filename ?? "";
  return safeName(suggested) ?? safeName(decoded(url.pathname)) ?? "index";
}

function safeName(text: string): string | null {
  // "..\\..\\x" is a path on Windows; both slashes are taken for one everywhere.
  const base = text.split(/[\\/]/).findLast((each) => each !== "") ?? "";
  const name = base.normalize()
    // deno-lint-ignore no-control-regex -- control characters are what has to go here
    .replaceAll(/[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069<>:"|?*]/g, "_")
    .replace(/^[.\s]+/, "").replace(/[.\s]+$/, "");
  if (name === "") return null;
  const short = shortened(name);
  return RESERVED.test(short) ? `_${short}` : short;
}

/** File systems take 255 bytes; ".part.json" is appended while the file grows. */
function shortened(name: string): string {
  const encoder = new TextEncoder();
  const extension = /\.[A-Za-z0-9]{1,10}$/.exec(name)?.[0] ?? "";
  let stem = name.slice(0, name.length - extension.length);
  while (encoder.encode(stem + extension).length > 200) stem = [...stem].slice(0, -1).join("");
  return stem + extension;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/**
 * The type of a text, so that a browser shows it and in its own letters.
 * @module
 */
import { detectCharset } from "../output/detect_charset.ts";

const SAMPLE = 64 * 1024; // bytes

// Programs and settings, whose types browsers save instead of showing.
const SOURCE =
  /^(?:application\/(?:octet-stream|sql|toml|rls-services\+xml|x-(?:sh|csh|httpd-php|perl|tcl|tex|subrip|x509-ca-cert))|text\/(?:x-[\w.+-]+|typescript|jsx|yaml|less))$/;
// deno-lint-ignore no-control-regex -- control characters are what tells bytes from text
const CONTROLS = /[\x00-\x08\x0e-\x1a\x1c-\x1f]/;

/**
 * Names the charset of a text, and takes programs for the text that they are.
 *
 * @returns The type; `type` itself where there is nothing to say.
 */
export async function textType(type: string, path: string): Promise<string> {
  const isSource = SOURCE.test(type);
  if (!isSource && !/^text\/[\w.+-]+$/.test(type)) return type;
  const { bytes, whole } = await sampleOf(path);
  const charset = detectCharset(bytes, whole);
  // Of other bytes a browser knows as much: it reads what HTML says of itself, or guesses.
  if (!/^utf-(?:8|16[lb]e)$/i.test(charset)) return type;
  if (isSource && CONTROLS.test(new TextDecoder(charset).decode(bytes))) {
    return type === "text/typescript" ? "video/mp2t" : type; // both are called .ts
  }
  return `${isSource ? "text/plain" : type}; charset=${charset.toLowerCase()}`;
}

async function sampleOf(path: string): Promise<{ bytes: Uint8Array; whole: boolean }> {
  const bytes = new Uint8Array(SAMPLE);
  try {
    using file = await Deno.open(path);
    const count = await file.read(bytes) ?? 0;
    return { bytes: bytes.subarray(0, count), whole: count < SAMPLE };
  } catch {
    return { bytes: bytes.subarray(0, 1), whole: true }; // gone since: a zero byte is no text
  }
}

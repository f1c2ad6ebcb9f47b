import { detectCharset } from "../output/detect_charset.ts";

const SAMPLE = 64 * 1024; // bytes

// Types of source code and settings that browsers download instead of showing.
const SOURCE =
  /^(?:application\/(?:octet-stream|sql|toml|rls-services\+xml|x-(?:sh|csh|httpd-php|perl|tcl|tex|subrip|x509-ca-cert))|text\/(?:x-[\w.+-]+|typescript|jsx|yaml|less))$/;
// deno-lint-ignore no-control-regex -- control characters tell binary data from text
const CONTROLS = /[\x00-\x08\x0e-\x1a\x1c-\x1f]/;

/** Adds the charset to the type of a text file; source code becomes `text/plain`. */
export async function textType(type: string, path: string): Promise<string> {
  const isSource = SOURCE.test(type);
  if (!isSource && !/^text\/[\w.+-]+$/.test(type)) return type;
  const { bytes, whole } = await sampleOf(path);
  const charset = detectCharset(bytes, whole);
  // Browsers detect other charsets as well as this function does.
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
    return { bytes: bytes.subarray(0, 1), whole: true }; // deleted since: a zero byte is not text
  }
}

/** A parsed `Content-Type` value (RFC 9110 section 8.3). */
export interface ContentType {
  /** Type and subtype in lower case; `application/octet-stream` if the header is missing. */
  readonly mimeType: string;
  /** Parameters by lower-case name; quoted values are unquoted. */
  readonly params: ReadonlyMap<string, string>;
}

// `;` then a token, `=` and a token or quoted string; blanks around each are tolerated.
const PARAMETER = /;\s*([^\s=;]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))/g;

/** Parses a `Content-Type` value; one without `type/subtype` counts as missing. */
export function parseContentType(value: string | null): ContentType {
  if (value !== last.value) last = { value, type: parsed(value) };
  return last.type;
}

let last = { value: null as string | null, type: parsed(null) }; // a server has few types

function parsed(value: string | null): ContentType {
  const text = value ?? "";
  const end = text.indexOf(";");
  const mimeType = (end < 0 ? text : text.slice(0, end)).trim().toLowerCase();
  const params = new Map<string, string>();
  if (end >= 0) {
    for (const [, name = "", quoted, token = ""] of text.slice(end).matchAll(PARAMETER)) {
      const key = name.toLowerCase();
      if (params.has(key)) continue; // the first one counts, as in the WHATWG MIME parser
      params.set(key, quoted === undefined ? token.trim() : quoted.replace(/\\(.)/g, "$1"));
    }
  }
  const valid = /^[^\s/;]+\/[^\s/;]+$/.test(mimeType);
  return { mimeType: valid ? mimeType : "application/octet-stream", params };
}

// RFC 6839: "+json" marks a type that is read as JSON, which is UTF-8 (RFC 8259 section 8.1).
const JSON_TYPE = /^(?:application\/|[\w.-]+\/[\w.+-]+?\+)json$/i;

export function isJsonType(mimeType: string): boolean {
  return JSON_TYPE.test(mimeType);
}

// Parser and writer for header values of the form `value; name=token; name="quoted"`.
import { hasControl } from "./header_text.ts";

export interface HeaderParams {
  /** Text before the first `;`, in lower case. */
  readonly value: string;
  /** In order, repeated ones too; names in lower case, values without quotes and escapes. */
  readonly params: readonly (readonly [name: string, value: string])[];
}

const TCHAR = "!#$%&'*+\\-.^_`|~0-9A-Za-z"; // RFC 9110 section 5.6.2
const TOKEN = new RegExp(`^[${TCHAR}]+$`);
const PARAM_NAME = new RegExp(`([${TCHAR}]+)[ \\t]*=[ \\t]*`, "y");
const SEPARATOR = /[ \t]*(?:;[ \t]*)+/y;
// ISO-8859-1 and UTF-8 bytes are let through, as every user agent does.
const BARE = new RegExp(`[${TCHAR}\\u0080-\\uffff]+`, "y");
const LENIENT_BARE = /[^;"\r\n\0]*/y;
// After a quote: the end or another parameter. `a\"; b` goes on, `a\"; filename=` does not.
const END_OF_QUOTED = new RegExp(`[ \\t]*(?:$|;[ \\t]*(?:$|[${TCHAR}]+[ \\t]*=))`, "y");
const LINE_BREAKING = /[\0\r\n]/;

/** Whether a text is a token of RFC 9110 section 5.6.2. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/**
 * Parses a header value; `null` if it is malformed. With `literal` a backslash within quotes stands
 * for itself, as browsers write form-data, but in `\"` where the value plainly goes on, as curl
 * before 7.81 and Python write; else it escapes (RFC 9110 section 5.6.4).
 */
export function parseHeaderParams(header: string, literal = false): HeaderParams | null {
  if (literal ? LINE_BREAKING.test(header) : hasControl(header)) return null;
  const text = header.trim();
  let at = text.indexOf(";");
  if (at < 0) at = text.length;
  const value = text.slice(0, at).trim().toLowerCase();
  const params: [string, string][] = [];
  while (at < text.length) {
    const separator = matchAt(SEPARATOR, text, at);
    if (separator === null) return null;
    at += separator[0].length;
    if (at === text.length) break; // a trailing `;` is common and harmless
    const name = matchAt(PARAM_NAME, text, at);
    if (name === null) return null;
    at += name[0].length;
    const read = text[at] === '"' ? readQuoted(text, at + 1, literal) : readBare(text, at, literal);
    if (read === null) return null;
    params.push([(name[1] ?? "").toLowerCase(), read.value]);
    at = read.end;
  }
  return { value, params };
}

/** Writes a header value with parameters; values that are not tokens are quoted. */
export function formatHeaderParams(
  value: string,
  params: Iterable<readonly [name: string, value: string]>,
): string {
  if (hasControl(value)) {
    throw new TypeError(`Cannot write header value ${JSON.stringify(value)}: control character`);
  }
  let text = value;
  for (const [name, param] of params) {
    if (!isToken(name)) {
      throw new TypeError(`Cannot write header parameter ${JSON.stringify(name)}: not a token`);
    }
    text += `; ${name}=${isToken(param) ? param : quote(name, param)}`;
  }
  return text;
}

function quote(name: string, text: string): string {
  if (hasControl(text)) {
    throw new TypeError(
      `Cannot write header parameter "${name}": ${JSON.stringify(text)} holds a control character`,
    );
  }
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

interface Read {
  readonly value: string;
  readonly end: number;
}

function readBare(text: string, at: number, literal: boolean): Read | null {
  const found = matchAt(literal ? LENIENT_BARE : BARE, text, at);
  if (found === null) return null;
  return { value: found[0].trim(), end: at + found[0].length };
}

function readQuoted(text: string, start: number, literal: boolean): Read | null {
  let escapes = false;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x5c && !literal) {
      escapes = true;
      at++; // any escaped character is taken as it is
    } else if (code === 0x22) {
      if (literal && text[at - 1] === "\\" && at > start && !matchAt(END_OF_QUOTED, text, at + 1)) {
        escapes = true;
        continue;
      }
      const value = text.slice(start, at);
      // Literal mode only unescapes what such a writer escapes: `\n` in `C:\new` stays.
      const plain = escapes ? value.replace(literal ? /\\(["\\])/g : /\\([^])/g, "$1") : value;
      return { value: plain, end: at + 1 };
    }
  }
  return null;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

import type { ParsedArgs } from "../args/parse_args.ts";
import type { RequestOption } from "../specs/request.ts";

const LETTERS: readonly (readonly [long: RequestOption, meaning: string])[] = [
  ["download", "-d downloads here; a body is --data TEXT"],
  ["follow", "-F follows redirects here; a form is -f NAME=VALUE NAME@FILE"],
  ["body", "-b prints only the body here; a cookie is Cookie:NAME=VALUE"],
  ["meta", "-m prints times here; curl's limit is --timeout SECONDS"],
  ["compress", "-x compresses the body here; curl's proxy is --proxy URL"],
  ["continue", "-c resumes a download here; curl's cookie jar is --session NAME"],
];

/** Explains a letter if the next word looks like the value that curl expects, else `null`. */
export function curlLetter(parsed: ParsedArgs, isWrong: boolean): string | null {
  const [first = "", ...others] = parsed.positionals;
  const isMethod = /^[a-z]+$/i.test(first);
  const isLate = others.some((word, at) => /^https?:\/\//i.test(word) && (at > 0 || !isMethod));
  // Several URLs are possible; -x http://proxy http://host is curl's.
  const word = isMethod ? others[0] ?? "" : first;
  const isSeveral = /^(?:https?:\/\/|:|localhost\b)/i.test(word) && !parsed.has("compress");
  if (!isWrong && !(isLate && !isSeveral) && !/^[[{"]/.test(first)) return null;
  return LETTERS.find(([long]) => parsed.has(long))?.[1] ?? null;
}

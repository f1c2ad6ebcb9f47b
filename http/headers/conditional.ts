// Conditional requests: `If-Match` and its siblings (RFC 9110 section 13.2.2).
import { parseETags } from "./etag.ts";
import { parseHttpDate } from "./http_date.ts";

export interface Validators {
  /** Value of the strong entity tag, without quotes. */
  readonly etag: string;
  /** Time of the last change, in whole seconds since 1970. */
  readonly modified: number;
}

/** Evaluates the conditions in the order of RFC 9110 and aiohttp; 200 means that all hold. */
export function checkConditions(
  headers: Pick<Headers, "get">,
  validators: Validators,
): 200 | 304 | 412 {
  const { etag, modified } = validators;
  const ifMatch = headers.get("if-match");
  if (ifMatch !== null) {
    // Strong comparison: a weak tag matches nothing.
    const matches = parseETags(ifMatch).some(({ value, weak }) =>
      value === "*" || (weak !== true && value === etag)
    );
    if (!matches) return 412;
  } else {
    const since = parseHttpDate(headers.get("if-unmodified-since"));
    if (since !== null && modified > since.getTime() / 1000) return 412;
  }
  const ifNoneMatch = headers.get("if-none-match");
  if (ifNoneMatch !== null) {
    return parseETags(ifNoneMatch).some(({ value }) => value === "*" || value === etag) ? 304 : 200;
  }
  const since = parseHttpDate(headers.get("if-modified-since"));
  return since !== null && modified <= since.getTime() / 1000 ? 304 : 200;
}

/** Whether `If-Range` lets a `Range` be honoured: the same strong tag, or a date not older. */
export function rangeHolds(ifRange: string | null, validators: Validators): boolean {
  if (ifRange === null) return true;
  const date = parseHttpDate(ifRange);
  if (date !== null) return validators.modified <= date.getTime() / 1000;
  const [tag, ...more] = parseETags(ifRange);
  // RFC 9110 section 13.1.5 requires one strong tag; anything else proves nothing.
  return tag !== undefined && more.length === 0 && tag.weak !== true &&
    tag.value === validators.etag;
}

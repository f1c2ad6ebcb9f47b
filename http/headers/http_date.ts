// Dates in headers (RFC 9110 section 5.6.7).

/** Month names in HTTP dates and access logs. */
export const MONTHS: readonly string[] = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(
  " ",
);

// "Sun, 06 Nov 1994 08:49:37 GMT", the form to send
const IMF_FIXDATE = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
// "Sunday, 06-Nov-94 08:49:37 GMT", obsolete
const RFC850 = /^[A-Z][a-z]{5,8}, (\d{2})-([A-Z][a-z]{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
// "Sun Nov  6 08:49:37 1994", obsolete
const ASCTIME = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d{2}):(\d{2}):(\d{2}) (\d{4})$/;

/**
 * Writes a date for a header, rounded up to seconds as in aiohttp, so that a client that sends it
 * back gets 304 for content it has seen.
 * @throws {RangeError} If the date is not valid.
 */
export function formatHttpDate(date: Date): string {
  const seconds = Math.ceil(date.getTime() / 1000);
  if (Number.isNaN(seconds)) {
    throw new RangeError("Cannot write a date header: the date is invalid");
  }
  return new Date(seconds * 1000).toUTCString();
}

/** Reads a date from a header; `null` for anything but the three forms of RFC 9110. */
export function parseHttpDate(text: string | null): Date | null {
  if (text === null) return null;
  let match = IMF_FIXDATE.exec(text);
  if (match !== null) {
    return dateOf(match[3], match[2], match[1], match[4], match[5], match[6]);
  }
  match = RFC850.exec(text);
  if (match !== null) {
    // More than 50 years ahead means the past century (RFC 9110 section 5.6.7).
    const now = new Date().getUTCFullYear();
    const year = Math.floor(now / 100) * 100 + Number(match[3]);
    const full = year > now + 50 ? year - 100 : year;
    return dateOf(String(full), match[2], match[1], match[4], match[5], match[6]);
  }
  match = ASCTIME.exec(text);
  return match === null ? null : dateOf(match[6], match[1], match[2], match[3], match[4], match[5]);
}

function dateOf(
  year: string | undefined,
  monthName: string | undefined,
  day: string | undefined,
  hour: string | undefined,
  minute: string | undefined,
  second: string | undefined,
): Date | null {
  const month = MONTHS.indexOf(monthName ?? "");
  if (month < 0) return null;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), month, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second));
  // Date reads "31 Feb" as 3 March, which is not the same date.
  return date.getUTCDate() === Number(day) && date.getUTCHours() === Number(hour) ? date : null;
}

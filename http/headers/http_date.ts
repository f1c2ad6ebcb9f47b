const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

const DAY = "(?<day>\\d{2})";
const MONTH = "(?<month>[A-Z][a-z]{2})";
const TIME = "(?<hour>\\d{2}):(?<minute>\\d{2}):(?<second>\\d{2})";
const FORMS = [
  // "Sun, 06 Nov 1994 08:49:37 GMT", the form to send
  `[A-Z][a-z]{2}, ${DAY} ${MONTH} (?<year>\\d{4}) ${TIME} GMT`,
  // "Sunday, 06-Nov-94 08:49:37 GMT", obsolete
  `[A-Z][a-z]{5,8}, ${DAY}-${MONTH}-(?<year>\\d{2}) ${TIME} GMT`,
  // "Sun Nov  6 08:49:37 1994", obsolete
  `[A-Z][a-z]{2} ${MONTH} (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})`,
].map((form) => new RegExp(`^${form}$`));

/** Writes a date rounded up to seconds, as aiohttp: a client that sends it back gets 304. */
export function formatHttpDate(date: Date): string {
  const seconds = Math.ceil(date.getTime() / 1000);
  if (Number.isNaN(seconds)) {
    throw new RangeError("Cannot write a date header: the date is invalid");
  }
  return new Date(seconds * 1000).toUTCString();
}

/** Reads a date from a header; `null` for anything but the three forms of RFC 9110. */
export function parseHttpDate(text: string | null): Date | null {
  for (const form of FORMS) {
    const groups = form.exec(text ?? "")?.groups;
    if (groups !== undefined) return dateOf(groups);
  }
  return null;
}

function dateOf(
  { year = "", month = "", day, hour, minute, second }: Readonly<Record<string, string>>,
): Date | null {
  const monthIndex = MONTHS.indexOf(month);
  if (monthIndex < 0) return null;
  const date = new Date(0);
  date.setUTCFullYear(yearOf(year), monthIndex, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second));
  // Date reads "31 Feb" as 3 March, which is not the same date.
  return date.getUTCDate() === Number(day) && date.getUTCHours() === Number(hour) ? date : null;
}

/** Two digits more than 50 years ahead mean the past century (RFC 9110 section 5.6.7). */
function yearOf(text: string): number {
  if (text.length === 4) return Number(text);
  const now = new Date().getUTCFullYear();
  const year = Math.floor(now / 100) * 100 + Number(text);
  return year > now + 50 ? year - 100 : year;
}

/**
 * Compares the multipart reader with @fastify/busboy on mutated forms, split at random.
 *
 *     deno run --allow-env --allow-read tests/http/multipart/fuzz_multipart.ts [bodies] [seed]
 *
 * runs a million bodies, or as many as are given, and prints how many agree and why the others do
 * not. It exits with 1 where a difference is in none of the named cases.
 */
import { Busboy } from "npm:@fastify/busboy@^3.2.6";
import type { BusboyConfig } from "npm:@fastify/busboy@^3.2.6";
import { latin1, parse, utf8 } from "./_harness.ts";

const DEFAULT_BODIES = 1_000_000;
const BOUNDARIES = ["X", "----WebKitFormBoundaryAb1", "--", "a-b'c"];

export interface FuzzReport {
  bodies: number;
  /** Both read the same parts. */
  same: number;
  /** Both refuse. */
  refused: number;
  /** Differences by the name of the case that explains them. */
  explained: Record<string, number>;
  /** Unexplained differences, as text for a regression case. */
  unexplained: string[];
}

interface Part {
  name: string;
  filename: string | null;
  data: string;
}

/** A parser's result: the parts, or the error. */
type Reading = Part[] | { error: string };

type Random = (below: number) => number;

function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => { // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const pick = <T>(random: Random, list: readonly T[]): T => list[random(list.length)] as T;

/** A form as a client may send it, each byte as one character. */
function randomForm(random: Random, boundary: string): string {
  const crumbs = [
    "\r",
    "\n",
    "\r\n",
    "-",
    "--",
    `--${boundary}`,
    `\r\n--${boundary.slice(0, -1)}`,
    "a",
    "é",
    "\0",
    "\xff",
  ];
  const names = ["a", "b", "", "a b", "a;b", "a%22b", "é", "__proto__", "a=b", "a\\b"];
  let body = random(8) === 0 ? pick(random, ["\r\n", "junk\r\n", "\r\n\r\n"]) : "";
  for (let count = random(4); count > 0; count--) {
    body += `--${boundary}\r\n`;
    let disposition = `form-data; name="${latin1(utf8(pick(random, names)))}"`;
    if (random(2)) disposition += `; filename="${latin1(utf8(pick(random, names)))}"`;
    const headers = [`Content-Disposition: ${disposition}`];
    if (random(3) === 0) {
      headers.push(
        pick(random, ["Content-Type: text/plain", "X-A: b", "content-type:a/b; charset=utf-8"]),
      );
    }
    if (random(4) === 0) headers.reverse();
    body += `${headers.join("\r\n")}\r\n\r\n`;
    const data = Array.from({ length: random(8) }, () => pick(random, crumbs)).join("");
    body += `${latin1(utf8(data))}\r\n`;
  }
  return `${body}--${boundary}--${random(6) ? "\r\n" : ""}`;
}

function mutate(random: Random, body: string, boundary: string): string {
  const noise = [
    "\r",
    "\n",
    "\r\n",
    "-",
    "--",
    " ",
    "\t",
    ":",
    ";",
    '"',
    "\\",
    "=",
    "\0",
    "a",
    "\xff",
    `\r\n--${boundary}`,
    `--${boundary}--`,
    `--${boundary}\r\n`,
  ];
  for (let count = random(4); count > 0; count--) {
    const at = random(body.length + 1);
    const end = at + random(4);
    switch (random(6)) {
      case 0:
        body = body.slice(0, at) + pick(random, noise) + body.slice(at);
        break;
      case 1:
        body = body.slice(0, at) + pick(random, noise) + body.slice(end);
        break;
      case 2:
        body = body.slice(0, at) + body.slice(end);
        break;
      case 3:
        body = body.slice(0, at);
        break;
      case 4:
        body = body.slice(0, end) + body.slice(at, end) + body.slice(end);
        break;
      case 5:
        body = body.slice(0, at) + body.slice(random(body.length + 1));
        break;
    }
  }
  return body;
}

function split(random: Random, body: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] {
  const most = 1 + random(random(2) ? 6 : 200);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 0; at < body.length;) {
    const end = at + 1 + random(most);
    chunks.push(body.slice(at, end));
    at = end;
  }
  return chunks;
}

async function ours(
  random: Random,
  bytes: Uint8Array<ArrayBuffer>,
  type: string,
): Promise<Reading> {
  try {
    const found = await parse(
      split(random, bytes),
      type,
      { maxDuration: Infinity },
      random(2) ? "chunks" : "bytes",
    );
    return found.map(({ name, filename, data }) => ({ name: name ?? "", filename, data }));
  } catch (error) {
    if (!(error instanceof Error) || !error.name.startsWith("Multipart")) throw error;
    return { error: error.message };
  }
}

/** busboy leaves the WHATWG's escapes as they are. */
function decoded<T extends string | null>(text: T): T {
  return (text?.replace(/%22|%0D|%0A/g, decodeURIComponent) ?? null) as T;
}

function theirs(random: Random, bytes: Uint8Array<ArrayBuffer>, type: string): Promise<Reading> {
  return new Promise((resolve) => {
    const config: BusboyConfig = {
      headers: { "content-type": type },
      isPartAFile: () => true,
      preservePath: true,
      limits: { fieldNameSize: 1e6 },
    };
    const parser = new Busboy(config);
    const parts: Part[] = [];
    parser.on("file", (name, stream, filename: string | undefined) => {
      const part: Part = {
        name: decoded(name ?? ""),
        filename: decoded(filename ?? null),
        data: "",
      };
      parts.push(part);
      stream.on("data", (chunk: Uint8Array) => part.data += latin1(chunk));
      stream.on("error", () => {}); // the parser reports it too
    });
    parser.on("error", (error) => resolve({ error: String(error) }));
    parser.on("finish", () => resolve(parts));
    for (const chunk of split(random, bytes)) parser.write(chunk);
    parser.end();
  });
}

/** A difference between the parsers. */
interface Difference {
  body: string;
  boundary: string;
  /** Our error, an empty text where we read the body. */
  error: string;
  /** busboy's result. */
  other: Reading;
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

/** Why busboy reads a body in another way, or reads one that we refuse. */
const REASONS: [name: string, applies: (difference: Difference) => boolean][] = [
  [
    "busboy drops a part whose Content-Disposition is missing, malformed or of another type",
    ({ error }) => error.includes("its Content-Disposition is"),
  ],
  [
    "busboy takes the first of a repeated header",
    ({ error, body }) => error.includes("it comes twice") && /(content-\w+)[^]*\1/i.test(body),
  ],
  [
    "busboy skips a header line without a name",
    ({ error }) => error.includes("no valid name") || error.includes("the first line is folded"),
  ],
  [
    "busboy takes NUL and bare CR in a header",
    ({ error, body }) => error.includes("NUL or bare CR") && /\0|\r(?!\n)/.test(body),
  ],
  [
    "busboy takes a bare LF in a header",
    ({ error, body }) => error.includes("a line ends without CR") && /(^|[^\r])\n/.test(body),
  ],
  [
    "busboy takes a line that only begins with the boundary for a delimiter",
    ({ body, boundary }) => new RegExp(`(^|\r\n)--${escaped(boundary)}(?!--|\r\n)`).test(body),
  ],
  [
    "busboy looks for delimiters in headers too, and drops a part without content and CRLF",
    ({ body, boundary }) => hasDelimiterInHeaders(body, boundary),
  ],
  [
    "busboy replaces bytes of a name that are not UTF-8, where we read ISO-8859-1",
    ({ other }) => JSON.stringify(other).includes("\ufffd"),
  ],
  [
    "busboy drops blanks in a name without quotes",
    ({ body }) => /content-disposition:[^\r\n]*name\*?[ \t]*=[^"\r\n;]*[ \t]/i.test(body),
  ],
  [
    "busboy takes a backslash in a browser's name for an escape",
    ({ body }) => /content-disposition:[^\r\n]*\\["\\]/i.test(body),
  ],
];

/** Whether a delimiter comes before the end of a part's headers, or just behind it. */
function hasDelimiterInHeaders(body: string, boundary: string): boolean {
  const line = new RegExp(`(?<=^|\r\n)--${escaped(boundary)}\r\n`, "g");
  for (const { index, 0: { length } } of body.matchAll(line)) {
    const start = index + length;
    const blank = `\r\n${body.slice(start)}`.indexOf("\r\n\r\n");
    const end = blank < 0 ? body.length : start + blank + boundary.length + 4;
    if (`\r\n${body.slice(start, end)}`.includes(`\r\n--${boundary}`)) return true;
  }
  return false;
}

/** Runs the comparison. */
export async function fuzzMultipart(bodies: number, seed: number): Promise<FuzzReport> {
  const report: FuzzReport = { bodies, same: 0, refused: 0, explained: {}, unexplained: [] };
  const random = randomFrom(seed);
  for (let count = 0; count < bodies; count++) {
    const boundary = pick(random, BOUNDARIES);
    const type = `multipart/form-data; boundary=${boundary}`;
    const body = mutate(random, randomForm(random, boundary), boundary);
    const bytes = Uint8Array.from(body, (char) => char.charCodeAt(0));
    const mine = await ours(random, bytes, type);
    const other = await theirs(random, bytes, type);
    if ("error" in mine && "error" in other) report.refused++;
    else if (JSON.stringify(mine) === JSON.stringify(other)) report.same++;
    else {
      const reason = REASONS.find(([, applies]) =>
        applies({ body, boundary, error: "error" in mine ? mine.error : "", other })
      )?.[0];
      if (reason !== undefined) report.explained[reason] = (report.explained[reason] ?? 0) + 1;
      else report.unexplained.push(JSON.stringify({ type, body, mine, other }));
    }
  }
  return report;
}

if (import.meta.main) {
  const [bodies = DEFAULT_BODIES, seed = 1] = Deno.args.map(Number);
  const report = await fuzzMultipart(bodies, seed);
  console.log(JSON.stringify({ ...report, unexplained: report.unexplained.slice(0, 20) }, null, 2));
  if (report.unexplained.length > 0) Deno.exit(1);
}

import { tracing } from "../../http/open_telemetry.ts";
import { OptionTable } from "../../http/options.ts";
import type { Logger } from "../request/app_context.ts";
import { rawPathOf } from "../request/base_request.ts";
import type { EngineHandler } from "../engine/engine.ts";
import { whenSent } from "../response/when_sent.ts";
import { MONTHS } from "../../http/headers/http_date.ts";

/** Options of an access log. */
export interface AccessLogOptions {
  /**
   * Format with aiohttp's atoms, or `json` for one JSON object per line.
   *
   * `%a` address of the peer, `%t` time of the request, `%r` request line, `%s` status, `%b` body
   * size in bytes, `%T` seconds, `%Tf` seconds with six decimals, `%D` microseconds, `%P` process
   * id, `%{Name}i` and `%{Name}o` a header of request and response, `%{NAME}e` an environment
   * variable, `%%` a percent sign. Missing values are `-`.
   * @default {'%a %t "%r" %s %b "%{Referer}i" "%{User-Agent}i"'}
   */
  readonly format?: string;
  /** Writes a line, which has no line feed. @default {console.log} */
  readonly write?: (line: string) => void;
}

const ACCESS_LOG_OPTIONS = new OptionTable<AccessLogOptions>({
  format: "a string",
  write: "a function",
});

/** Values for the atoms. */
interface Entry {
  readonly request: Request;
  readonly url: string;
  readonly response: Response;
  readonly remote: string | null;
  readonly start: Date;
  readonly elapsed: number; // ms
  readonly bytes: number;
  readonly trace: { readonly traceId: string; readonly spanId: string } | undefined;
}

type Writer = (entry: Entry) => string;

const DEFAULT_FORMAT = '%a %t "%r" %s %b "%{Referer}i" "%{User-Agent}i"';
const ATOM = /%(?:\{([^}]+)\}([ioe])|(Tf|[atPrsbTD%]))/g;
// Controls, quotes and backslashes, line separators and bidi marks: all characters that could start
// a line, end a field or hide one. Clients choose most of the logged text.
const UNSAFE =
  // deno-lint-ignore no-control-regex -- matches control bytes on purpose
  /[\x00-\x1f\x7f-\x9f"\\\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]/g;

/** Wraps a fetch function in an access log. */
export function logged(
  fetch: EngineHandler,
  options: AccessLogOptions,
  logger: Logger,
): EngineHandler {
  ACCESS_LOG_OPTIONS.check("Cannot write the access log", options);
  const { format = DEFAULT_FORMAT, write = console.log } = options;
  const line = format === "json" ? jsonLine : compileFormat(format);
  return async (request, info) => {
    const start = new Date();
    const from = performance.now();
    // An engine may free both as soon as the response is sent.
    const remote = info.remoteAddr?.hostname ?? null;
    const { url, headers: _kept } = request;
    const response = await fetch(request, info);
    const trace = tracing()?.span?.spanContext();
    const log = (bytes: number) => {
      const elapsed = performance.now() - from;
      try {
        write(line({ request, url, response, remote, start, elapsed, bytes, trace }));
      } catch (error) {
        logger.error("Error writing the access log", error);
      }
    };
    return whenSent(response, info, log);
  };
}

function compileFormat(format: string): Writer {
  const unknown = /%/.exec(format.replaceAll(ATOM, ""));
  if (unknown !== null) {
    throw new TypeError(`Cannot use the access log format "${format}": it holds an unknown atom`);
  }
  const pieces: Writer[] = [];
  let at = 0;
  for (const match of format.matchAll(ATOM)) {
    const [atom, name, kind, simple = ""] = match;
    const text = format.slice(at, match.index);
    pieces.push(
      () => text,
      name === undefined ? SIMPLE[simple] ?? (() => "-") : namedAtom(name, kind),
    );
    at = match.index + atom.length;
  }
  const rest = format.slice(at);
  return (entry) => {
    let line = "";
    for (const piece of pieces) line += piece(entry);
    return line + rest;
  };
}

function namedAtom(name: string, kind: string | undefined): Writer {
  if (kind === "i") return ({ request }) => escape(request.headers.get(name) ?? "-");
  if (kind === "o") return ({ response }) => escape(response.headers.get(name) ?? "-");
  const value = escape(Deno.env.get(name) ?? "-");
  return () => value;
}

const SIMPLE: Readonly<Record<string, Writer>> = {
  "%": () => "%",
  a: ({ remote }) => escape(remote ?? "-"),
  t: ({ start }) => `[${localTime(start)}]`,
  P: () => `<${Deno.pid}>`,
  r: ({ request, url }) => escape(`${request.method} ${targetOf(url)} HTTP/1.1`),
  s: ({ response }) => String(response.status),
  b: ({ bytes }) => String(bytes),
  T: ({ elapsed }) => String(Math.round(elapsed / 1000)),
  Tf: ({ elapsed }) => (elapsed / 1000).toFixed(6),
  D: ({ elapsed }) => String(Math.round(elapsed * 1000)),
};

function jsonLine(entry: Entry): string {
  const { request, url, response, remote, start, elapsed, bytes, trace } = entry;
  return JSON.stringify({
    time: start.toISOString(),
    remote,
    method: request.method,
    target: targetOf(url),
    status: response.status,
    bytes,
    duration: Number(elapsed.toFixed(3)),
    referer: request.headers.get("referer"),
    userAgent: request.headers.get("user-agent"),
    traceId: trace?.traceId, // which JSON leaves out without OpenTelemetry
    spanId: trace?.spanId,
  }).replace(UNSAFE_IN_JSON, unicode);
}

// JSON.stringify has escaped controls, quotes and backslashes; the rest is for terminals.
const UNSAFE_IN_JSON = new RegExp(UNSAFE.source.replace('"\\\\', ""), "g");

function escape(value: string): string {
  return value.replace(UNSAFE, (character) => {
    const code = character.charCodeAt(0);
    if (character === '"' || character === "\\") return `\\${character}`;
    return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : unicode(character);
  });
}

function unicode(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function targetOf(url: string): string {
  const mark = url.indexOf("?");
  return rawPathOf(url) + (mark < 0 ? "" : url.slice(mark));
}

/** Formats a date as `22/Nov/2026:14:02:36 +0000`, in the server's time zone. */
function localTime(date: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const offset = -date.getTimezoneOffset();
  const zone = `${offset < 0 ? "-" : "+"}${two(Math.floor(Math.abs(offset) / 60))}${
    two(Math.abs(offset) % 60)
  }`;
  return `${two(date.getDate())}/${MONTHS[date.getMonth()]}/${date.getFullYear()}:` +
    `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())} ${zone}`;
}

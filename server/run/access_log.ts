import { tracing } from "../../http/open_telemetry.ts";
import { OptionTable } from "../../http/options.ts";
import type { Logger } from "../request/app_context.ts";
import { isToken } from "../../http/headers/header_params.ts";
import { portOf } from "../engine/engine_of_request.ts";
import { rawPathOf } from "../request/base_request.ts";
import type { EngineHandler } from "../engine/engine.ts";
import { whenSent } from "../response/when_sent.ts";

/** Options of an access log. */
export interface AccessLogOptions {
  /**
   * Format with aiohttp's atoms, or `json` for one JSON object per line. `%a` address of the peer,
   * `%t` time of the request, `%r` request line, `%s` status, `%b` body size in bytes, `%T`
   * seconds, `%Tf` seconds with six decimals, `%D` microseconds, `%P` process id, `%{Name}i` and
   * `%{Name}o` a header of request and response, `%{NAME}e` an environment variable, `%%` a percent
   * sign. Missing values are `-`.
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

interface Entry {
  readonly method: string;
  readonly url: string;
  readonly sent: readonly (string | null)[]; // the request's headers in the order of Line.names
  readonly response: Response;
  readonly remote: string | null;
  readonly start: number; // ms since 1970
  readonly elapsed: number; // ms
  readonly bytes: number;
  readonly trace: { readonly traceId: string; readonly spanId: string } | undefined;
}

type Writer = (entry: Entry) => string;

interface Line {
  readonly write: Writer;
  readonly names: readonly string[]; // of the request's headers that it holds, in lower case
}

const DEFAULT_FORMAT = '%a %t "%r" %s %b "%{Referer}i" "%{User-Agent}i"';
const ATOM = /%(?:\{([^}]+)\}([ioe])|(Tf|[atPrsbTD%]))/g;
// Controls, quotes and backslashes, line separators and bidi marks: all characters that could start
// a line, end a field or hide one. Clients choose most of the logged text.
const UNSAFE =
  // deno-lint-ignore no-control-regex -- matches control bytes on purpose
  /[\x00-\x1f\x7f-\x9f"\\\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]/g;

export function logged(
  fetch: EngineHandler,
  options: AccessLogOptions,
  logger: Logger,
): EngineHandler {
  ACCESS_LOG_OPTIONS.check("Cannot write the access log", options);
  const { format = DEFAULT_FORMAT, write = lineWriter(logger) } = options;
  const line = format === "json" ? JSON_LINE : compileFormat(format);
  return (request, info) => {
    const start = Date.now();
    const from = performance.now();
    // An engine may free all of them as soon as the response is sent.
    const remote = info.remoteAddr?.hostname ?? null;
    const { method, url } = request;
    const sent = line.names.map((name) => portOf(info).headerOf(request, name));
    const answered = (response: Response): Response => {
      const trace = tracing()?.span?.spanContext();
      return whenSent(response, info, (bytes) => {
        const elapsed = performance.now() - from;
        try {
          write(line.write({ method, url, sent, response, remote, start, elapsed, bytes, trace }));
        } catch (error) {
          logger.error("Error writing the access log", error);
        }
      });
    };
    const response = fetch(request, info);
    return response instanceof Promise ? response.then(answered) : answered(response);
  };
}

const MOST_COLLECTED = 64 * 1024; // characters

/** Writes the lines of one turn together: a `console.log()` takes longer than a request. */
function lineWriter(logger: Logger): (line: string) => void {
  const print = console.log;
  let lines = "";
  const flush = (): void => {
    const text = lines;
    lines = "";
    globalThis.removeEventListener?.("unload", flush);
    try {
      if (text !== "") print(text);
    } catch (error) {
      logger.error("Error writing the access log", error);
    }
  };
  return (line) => {
    if (lines.length > MOST_COLLECTED) flush();
    if (lines === "") {
      globalThis.addEventListener?.("unload", flush);
      setTimeout(flush, 0);
    }
    lines = lines === "" ? line : `${lines}\n${line}`;
  };
}

function compileFormat(format: string): Line {
  const unknown = /%/.exec(format.replaceAll(ATOM, ""));
  if (unknown !== null) {
    throw new TypeError(`Cannot use the access log format "${format}": it holds an unknown atom`);
  }
  const pieces: Writer[] = [];
  const names: string[] = [];
  const [first = "", ...parts] = format.split(ATOM);
  for (let at = 0; at < parts.length; at += 4) {
    const [name, kind, simple = "", text = ""] = parts.slice(at, at + 4);
    const none = () => "-";
    pieces.push(name === undefined ? SIMPLE[simple] ?? none : namedAtom(name, kind, names));
    pieces.push(() => text);
  }
  const write: Writer = (entry) => {
    let line = first;
    for (const piece of pieces) line += piece(entry);
    return line;
  };
  return { write, names };
}

function namedAtom(name: string, kind: string | undefined, names: string[]): Writer {
  if (kind !== "e" && !isToken(name)) {
    throw new TypeError(`Cannot write the access log: "${name}" is not a name of a header`);
  }
  if (kind === "i") {
    const at = names.push(name.toLowerCase()) - 1;
    return ({ sent }) => escape(sent[at] ?? "-");
  }
  if (kind === "o") return ({ response }) => escape(response.headers.get(name) ?? "-");
  const value = escape(Deno.env.get(name) ?? "-");
  return () => value;
}

const SIMPLE: Readonly<Record<string, Writer>> = {
  "%": () => "%",
  a: ({ remote }) => escape(remote ?? "-"),
  t: ({ start }) => `[${localTime(start)}]`,
  P: () => `<${Deno.pid}>`,
  r: ({ method, url }) => escape(`${method} ${targetOf(url)} HTTP/1.1`),
  s: ({ response }) => String(response.status),
  b: ({ bytes }) => String(bytes),
  T: ({ elapsed }) => String(Math.round(elapsed / 1000)),
  Tf: ({ elapsed }) => (elapsed / 1000).toFixed(6),
  D: ({ elapsed }) => String(Math.round(elapsed * 1000)),
};

function jsonLine(entry: Entry): string {
  const { method, url, sent, response, remote, start, elapsed, bytes, trace } = entry;
  return JSON.stringify({
    time: new Date(start).toISOString(),
    remote,
    method,
    target: targetOf(url),
    status: response.status,
    bytes,
    duration: Number(elapsed.toFixed(3)),
    referer: sent[0],
    userAgent: sent[1],
    traceId: trace?.traceId, // which JSON leaves out without OpenTelemetry
    spanId: trace?.spanId,
  }).replace(UNSAFE_IN_JSON, unicode);
}

const JSON_LINE: Line = { write: jsonLine, names: ["referer", "user-agent"] };

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

let last = { second: -1, text: "" };

/** Formats a time as `22/Nov/2026:14:02:36 +0000`, in the server's time zone. */
function localTime(time: number): string {
  const second = Math.floor(time / 1000);
  if (second === last.second) return last.text;
  // "Sun Nov 22 2026 14:02:36 GMT+0000 (…)", by the standard.
  const [, month, day, year, clock, zone] = String(new Date(time)).split(" ");
  last = { second, text: `${day}/${month}/${year}:${clock} ${zone?.slice(3)}` };
  return last.text;
}

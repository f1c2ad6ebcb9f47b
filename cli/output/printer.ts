/**
 * What a request prints, and where.
 * @module
 */
import type { ClientResponse, HopRequest } from "../../client/mod.ts";
import { formatBytes } from "../io/format_bytes.ts";
import { detectCharset } from "./detect_charset.ts";
import { writeErr, writeOut } from "../io/output.ts";
import { coloured, plain, wantsColour } from "../io/paint.ts";
import type { ParsedArgs } from "../args/parse_args.ts";
import { UsageError } from "../errors/usage_error.ts";
import { visibleLine, visibleText } from "../io/visible_text.ts";
import { formatOptions } from "./format_options.ts";
import {
  BINARY_NOTE,
  bodyText,
  isBinary,
  isJson,
  requestHead,
  responseHead,
  type ShowOptions,
} from "./show.ts";
import type { Times } from "../request/socket_transport.ts";

/** Parts of an exchange that can be printed. */
export type Parts = ReadonlySet<string>;

/** Types of a stream of JSON documents, one a line. */
const LINES = /^application\/(?:x-ndjson|ndjson|jsonl|x-jsonlines|jsonlines)$/i;

/** Longest body that is kept in memory to be formatted, in bytes. */
const MAX_FORMATTED = 16 * 1024 * 1024;

/**
 * Reads which parts are printed: letters of `H B` (request), `h b` (reply), `m` (times).
 *
 * @param parsed Options.
 * @param isTerminal Whether standard output is a terminal.
 * @throws {UsageError} If `--print` has another letter.
 */
export function partsOf(parsed: ParsedArgs, isTerminal: boolean): Parts {
  if (parsed.has("quiet")) return new Set();
  const print = parsed.value("print");
  if (print !== undefined) {
    return new Set(lettersOf("print", print, "HBhbm"));
  }
  if (parsed.has("headers")) return new Set("h");
  if (parsed.has("body")) return new Set("b");
  if (parsed.has("meta")) return new Set("m");
  if (parsed.count("verbose") > 1) return new Set("HBhbm");
  if (parsed.has("verbose")) return new Set("HBhb");
  if (parsed.has("offline")) return new Set("HB");
  if (savesBody(parsed)) return new Set(isTerminal ? "h" : "");
  return new Set(isTerminal ? "hb" : "b");
}

/**
 * Whether the body goes into a file.
 *
 * @param parsed Options.
 */
export function savesBody(parsed: ParsedArgs): boolean {
  return parsed.has("download") || parsed.has("output") || parsed.has("continue");
}

/**
 * Reads which parts of the redirects on the way are printed: `--history-print`, else what is printed
 * of the last exchange.
 *
 * @param parsed Options.
 * @param isTerminal Whether standard output is a terminal.
 * @throws {UsageError} If `--history-print` has another letter.
 */
export function historyPartsOf(parsed: ParsedArgs, isTerminal: boolean): Parts {
  const print = parsed.value("history-print");
  const own = print === undefined
    ? [...partsOf(parsed, isTerminal)]
    : lettersOf("history-print", print, "HBhb");
  return new Set(own.filter((letter) => letter !== "m"));
}

function lettersOf(option: string, print: string, known: string): string[] {
  const other = [...print].find((letter) => !known.includes(letter));
  if (other === undefined) return [...print];
  throw new UsageError(`argument --${option}: "${other}" is none of ${[...known].join(", ")}`);
}

/** Prints exchanges. */
export class Printer {
  readonly #parts: Parts;
  readonly #show: ShowOptions;
  readonly #stream: boolean;
  readonly #quiet: boolean;
  readonly #charset: string | undefined;
  readonly #mime: string | undefined;
  readonly #filter: string | undefined;

  /**
   * Creates one.
   *
   * @param parsed Options.
   * @param parts What is printed.
   */
  constructor(parsed: ParsedArgs, parts: Parts) {
    const terminal = Deno.stdout.isTerminal();
    const pretty = parsed.value("pretty") ?? (terminal ? "all" : "none");
    const colours = parsed.has("pretty")
      ? pretty === "all" || pretty === "colors"
      : wantsColour(Deno.stdout);
    this.#parts = parts;
    this.#stream = parsed.has("stream");
    this.#quiet = parsed.has("quiet");
    this.#charset = parsed.value("response-charset");
    this.#mime = parsed.value("response-mime");
    this.#filter = parsed.value("filter");
    const options = formatOptions(parsed.all("format-options"));
    const shapes = (options.shapes && !parsed.has("pretty")) || pretty === "all" ||
      pretty === "format";
    this.#show = {
      paint: colours ? coloured : plain,
      format: shapes && options.json,
      indent: options.indent,
      sortKeys: options.sortKeys,
      sortHeaders: options.sortHeaders,
      terminal,
      secrets: parsed.has("show-secrets"),
    };
  }

  /**
   * Prints a request.
   *
   * @param hop What is sent.
   */
  async request(hop: HopRequest): Promise<void> {
    if (this.#parts.has("H")) await writeOut(requestHead(hop, this.#show));
    if (!this.#parts.has("B") || hop.body === null) return;
    const { bytes, size } = hop.body;
    if (bytes === null) {
      const length = size === null ? "" : ` of ${formatBytes(size)}`;
      return await writeOut(`[a body${length}, streamed and not shown]\n\n`);
    }
    const type = hop.headers.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
    if (this.#show.terminal && isBinary(bytes)) return await writeOut(`${BINARY_NOTE}\n`);
    if (!this.#show.terminal && !this.#show.format && this.#show.paint === plain) {
      await writeOut(bytes);
      return await writeOut("\n\n");
    }
    const json = isJson(type.split(";", 1)[0]?.trim() ?? "");
    await writeOut(`${bodyText(new TextDecoder().decode(bytes), json, this.#show)}\n\n`);
  }

  /**
   * Prints the head of a reply.
   *
   * @param response The reply.
   */
  async head(response: Pick<ClientResponse, "status" | "reason" | "headers">): Promise<void> {
    if (this.#parts.has("h")) await writeOut(responseHead(response, this.#show));
  }

  /**
   * Prints the body of a reply, or gives it up where it is not wanted.
   *
   * @param response The reply.
   * @param failed Whether it stands for a file that was to be saved.
   */
  async body(response: ClientResponse, failed = false): Promise<void> {
    if (!this.#parts.has("b") && !(failed && !this.#quiet)) return response.release();
    if (this.#filter !== undefined && !failed) return await this.#filtered(response, this.#filter);
    const type = this.#mime ?? response.contentType;
    const { terminal, format } = this.#show;
    const shown = terminal || format || this.#show.paint !== plain;
    if (!shown) {
      for await (const piece of response.content.iterAny()) await writeOut(piece);
      return;
    }
    if (type === "text/event-stream") return await this.#events(response);
    if (LINES.test(type)) return await this.#lines(response);
    const length = response.contentLength ?? 0;
    if (isJson(type) && !this.#stream && length <= MAX_FORMATTED) {
      const bytes = await response.read();
      if (!isBinary(bytes)) {
        const text = this.#decoder(response, bytes).decode(bytes);
        return await writeOut(
          `${bodyText(text, true, this.#show)}${
            bytes.length > 0 && (terminal || format) ? "\n" : ""
          }`,
        );
      }
      return await writeOut(this.#show.terminal ? BINARY_NOTE : bytes);
    }
    await this.#text(response);
  }

  /** A part of the reply's JSON; a string as text, so that a shell can use it. */
  async #filtered(response: ClientResponse, path: string): Promise<void> {
    const { filterJson } = await import("./json_filter.ts");
    const bytes = await response.read();
    const found = filterJson(this.#decoder(response, bytes).decode(bytes), path);
    const shown = typeof found === "string"
      ? (this.#show.terminal ? visibleText(found) : found)
      : bodyText(JSON.stringify(found), true, this.#show);
    await writeOut(`${shown}\n`);
  }

  /**
   * Prints times and sizes.
   *
   * @param response The reply.
   * @param times When its connection and its head were there, in ms.
   * @param total The whole exchange, in ms.
   */
  async meta(response: ClientResponse, times: Times, total: number): Promise<void> {
    if (!this.#parts.has("m")) return;
    const at = (ms: number | null): string | null =>
      ms === null ? null : `${(ms / 1000).toFixed(3)} s`;
    const lines = [
      ["Elapsed", at(total)],
      ["Name lookup", at(times.lookup)],
      ["Connected", at(times.connected)],
      ["TLS", at(times.secured)],
      ["First byte", at(times.head)],
      ["Redirects", response.history.length === 0 ? null : `${response.history.length}`],
    ];
    const shown = lines.filter(([, value]) => value !== null);
    await writeOut(shown.map(([name, value]) => `${name}: ${value}\n`).join(""));
  }

  /** A body that is no JSON: as it comes, without what a terminal would obey. */
  async #text(response: ClientResponse): Promise<void> {
    let decoder: TextDecoder | null = null;
    let first = true;
    let carriage = "";
    for await (const piece of response.content.iterAny()) {
      if (first && this.#show.terminal && isBinary(piece)) {
        response.release();
        return await writeOut(BINARY_NOTE);
      }
      first = false;
      decoder ??= this.#decoder(response, piece);
      let text = carriage + decoder.decode(piece, { stream: true });
      // CR LF that is cut in two is one line break all the same.
      carriage = text.endsWith("\r") ? "\r" : "";
      if (carriage !== "") text = text.slice(0, -1);
      await writeOut(this.#show.terminal ? visibleText(text) : text);
    }
    await writeOut(visibleText(carriage + (decoder?.decode() ?? "")));
    if (!first && this.#show.terminal) await writeOut("\n");
  }

  /** One JSON document a line, each as soon as it is there. */
  async #lines(response: ClientResponse): Promise<void> {
    let decoder: TextDecoder | null = null;
    let left = "";
    const print = (line: string): Promise<void> =>
      writeOut(`${line.trim() === "" ? line : bodyText(line, true, this.#show)}\n`);
    for await (const piece of response.content.iterAny()) {
      decoder ??= this.#decoder(response, piece);
      const lines = (left + decoder.decode(piece, { stream: true })).split("\n");
      left = lines.pop() ?? "";
      for (const line of lines) await print(line.replace(/\r$/, ""));
      if (left.length > MAX_FORMATTED) {
        await writeOut(this.#show.terminal ? visibleText(left) : left);
        left = "";
      }
    }
    left += decoder?.decode() ?? "";
    if (left !== "") await print(left);
  }

  async #events(response: ClientResponse): Promise<void> {
    for await (const { event, data, id } of response.events()) {
      const safe = (text: string): string => this.#show.terminal ? visibleLine(text) : text;
      const lines = event === "message" ? [] : [`event: ${safe(event)}`];
      if (id !== null && id !== "") lines.push(`id: ${safe(id)}`);
      lines.push(...bodyText(data, true, this.#show).split("\n").map((line) => `data: ${line}`));
      await writeOut(`${lines.join("\n")}\n\n`);
    }
  }

  #decoder(response: ClientResponse, start: Uint8Array): TextDecoder {
    const label = this.#charset ?? response.charset ??
      detectCharset(start, start.length === response.contentLength);
    try {
      return new TextDecoder(label);
    } catch (cause) {
      if (this.#charset === undefined) return new TextDecoder();
      throw new UsageError(`argument --response-charset: "${label}" is no charset`, { cause });
    }
  }
}

/**
 * Warns on standard error.
 *
 * @param text The warning.
 */
export async function warn(text: string): Promise<void> {
  await writeErr(visibleText(`roundtrip: warning: ${text}\n`));
}

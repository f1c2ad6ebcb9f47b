import { ClientSession } from "../../client/mod.ts";
import type { ClientResponse, HopBody, HopRequest } from "../../client/mod.ts";
import { formatBytes } from "../io/format_bytes.ts";
import { detectCharset, isCharset } from "./detect_charset.ts";
import { warn, writeOut } from "../io/output.ts";
import { readUpTo } from "../io/read_up_to.ts";
import { coloured, plain, wantsColour } from "../io/paint.ts";
import type { ParsedArgs } from "../args/parse_args.ts";
import { badArgument } from "../errors/errors.ts";
import { visibleLine, visibleText } from "../io/visible_text.ts";
import { formatOptions } from "./format_options.ts";
import type { Parts } from "./parts.ts";
import { multipartText } from "./multipart_text.ts";
import { BINARY_NOTE, bodyKind, bodyText, isBinary, requestHead, responseHead } from "./show.ts";
import type { ReplyHead, ShowOptions } from "./show.ts";
import { metaText, type Times } from "./times.ts";

/** Mime types with one JSON document per line. */
const LINES = /^application\/(?:x-ndjson|ndjson|jsonl|x-jsonlines|jsonlines)$/i;

/** Longest body, in bytes, that is buffered for formatting. */
const MAX_FORMATTED = 16 * 1024 * 1024;

export class Printer {
  /** Line breaks between a body and the next output. */
  readonly #gap: { text: string };
  readonly #parsed: ParsedArgs;
  readonly #parts: Parts;
  readonly #show: ShowOptions;
  /** Whether to print exactly the bytes that would be sent. */
  readonly #wire: boolean;
  /** Whether bodies are printed unchanged. */
  readonly #plain: boolean;
  readonly #charset: string | undefined;
  /** Resolves when earlier replies are printed. */
  readonly #turn: Promise<void>;

  constructor(parsed: ParsedArgs, parts: Parts, turn = Promise.resolve(), before?: Printer) {
    this.#turn = turn;
    const terminal = Deno.stdout.isTerminal();
    const pretty = parsed.value("pretty") ?? (terminal ? "all" : "none");
    const colours = parsed.has("pretty")
      ? pretty === "all" || pretty === "colors"
      : wantsColour(Deno.stdout);
    this.#gap = before === undefined ? { text: "" } : before.#gap;
    this.#parsed = parsed;
    this.#parts = parts;
    this.#charset = parsed.value("response-charset");
    if (this.#charset !== undefined && !isCharset(this.#charset)) {
      throw badArgument("response-charset", `"${this.#charset}" is not a known charset`);
    }
    const mime = parsed.value("response-mime");
    if (mime !== undefined && !/^[\w.+-]+\/[\w.+-]+$/.test(mime)) {
      throw badArgument("response-mime", `"${mime}" is not TYPE/SUBTYPE`);
    }
    const options = formatOptions(parsed.all("format-options"));
    const shapes = (options.shapes && !parsed.has("pretty")) || pretty === "all" ||
      pretty === "format";
    this.#wire = parsed.has("offline") && !terminal && !shapes && !colours;
    this.#show = {
      ...options,
      format: shapes && options.format,
      xml: shapes && options.xml,
      lineEnd: this.#wire ? "\r\n" : "\n",
      paint: colours ? coloured : plain,
      terminal,
      secrets: parsed.has("show-secrets"),
    };
    this.#plain = !terminal && !this.#show.format && !colours;
  }

  /** The text without control characters, on a terminal. */
  #safe(text: string): string {
    return this.#show.terminal ? visibleText(text) : text;
  }

  async #write(data: string | Uint8Array): Promise<void> {
    await this.#turn;
    const { text } = this.#gap;
    this.#gap.text = "";
    if (text !== "") await writeOut(text);
    await writeOut(data);
  }

  /** Prints a request; of a streamed body its start, `null` if that is unknown. */
  async request(hop: HopRequest, start: Uint8Array | null): Promise<void> {
    if (this.#parts.has("H")) await this.#write(requestHead(hop, this.#show));
    if (!this.#parts.has("B") || hop.body === null) return;
    const { size } = hop.body;
    if (this.#wire) return await this.#wireBody(hop.body);
    if (start === null) return await this.#write("[streamed body, not shown]\n\n");
    const type = hop.headers.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
    const [mime = ""] = type.split(";", 1);
    const whole = size === null ? "" : ` of ${formatBytes(size)}`;
    const rest = hop.body.bytes !== null || start.length >= (size ?? 0)
      ? ""
      : `\n[the first ${formatBytes(start.length)}${whole}; the rest is sent and not shown]`;
    if (this.#plain) {
      await this.#write(start);
      if (rest !== "") await this.#write(rest);
      this.#gap.text = "\n\n"; // to the byte, where nothing follows
      return;
    }
    const boundary = /^multipart\/.*;\s*boundary="?([^";]+)/is.exec(type)?.[1];
    if (boundary !== undefined) {
      return await this.#write(`${this.#safe(multipartText(start, boundary))}${rest}\n\n`);
    }
    if (this.#show.terminal && isBinary(start)) return await this.#write(`${BINARY_NOTE}\n`);
    const charset = /;\s*charset="?([^";\s]+)/i.exec(type)?.[1] ?? null;
    const text = new TextDecoder(detectCharset(start, rest === "", charset)).decode(start);
    await this.#write(`${bodyText(text, bodyKind(mime.trim(), text), this.#show)}${rest}\n\n`);
  }

  async #wireBody({ size, bytes, stream }: HopBody): Promise<void> {
    if (bytes !== null) return await this.#write(bytes);
    for await (const piece of stream()) {
      if (size === null) await this.#write(`${piece.length.toString(16)}\r\n`);
      await this.#write(piece);
      if (size === null) await this.#write("\r\n");
    }
    if (size === null) await this.#write("0\r\n\r\n");
  }

  async head(response: ReplyHead): Promise<void> {
    if (this.#parts.has("h")) await this.#write(responseHead(response, this.#show));
  }

  async buffered(response: ReplyHead, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.head(response);
    const { status, headers } = response;
    if (bytes.length === 0) return;
    await using session = new ClientSession({
      app: { fetch: () => new Response(bytes, { status, headers }) },
    });
    await using again = await session.get("/", { allowRedirects: false });
    await this.body(again);
  }

  /** Prints the body of a response, or cancels it if it is not printed. */
  async body(response: ClientResponse, failed = false): Promise<void> {
    if (!this.#parts.has("b") && !(failed && !this.#parsed.has("quiet"))) return response.release();
    const type = this.#parsed.value("response-mime") ?? response.contentType;
    if (this.#plain) {
      for await (const piece of response.content.iterAny()) await this.#write(piece);
      return;
    }
    if (type === "text/event-stream") return await this.#events(response);
    if (LINES.test(type)) return await this.#lines(response);
    const { contentLength } = response;
    const isShaped = bodyKind(type, "") !== "text";
    // A possible stream of lines is printed as it arrives.
    const mayBe = bodyKind(type, "{") !== "text" && contentLength !== null;
    if (this.#parsed.has("stream") || !(isShaped || mayBe)) {
      return await this.#text(response, response.content.iterAny());
    }
    await this.#whole(response, type);
  }

  /** Prints a body formatted, unless it is too large. */
  async #whole(response: ClientResponse, type: string): Promise<void> {
    const { terminal, format } = this.#show;
    const body = ReadableStream.from(response.content.iterAny());
    const { bytes, stream } = await readUpTo(body, MAX_FORMATTED);
    if (bytes === null) {
      if (format) await warn(`the body is larger than ${formatBytes(MAX_FORMATTED)}: not indented`);
      return await this.#text(response, stream);
    }
    if (this.#isBinary(response, bytes)) return await this.#write(terminal ? BINARY_NOTE : bytes);
    const text = this.#decoder(response, bytes).decode(bytes);
    const kind = bodyKind(type, text);
    const end = bytes.length > 0 && (terminal || (format && kind !== "text")) ? "\n" : "";
    await this.#write(`${bodyText(text, kind, this.#show)}${end}`);
  }

  #isBinary(response: ClientResponse, bytes: Uint8Array): boolean {
    return !/^utf-?(?:16|32)/i.test(this.#charset ?? response.charset ?? "") && isBinary(bytes);
  }

  async meta(response: ClientResponse, times: Times, total: number): Promise<void> {
    if (this.#parts.has("m")) await this.#write(metaText(response, times, total));
  }

  /** Prints a body other than JSON as it arrives, without control characters on a terminal. */
  async #text(
    response: ClientResponse,
    pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  ): Promise<void> {
    let decoder: TextDecoder | null = null;
    let first = true;
    let carriage = "";
    for await (const piece of pieces) {
      if (first && this.#show.terminal && this.#isBinary(response, piece)) {
        response.release();
        return await this.#write(BINARY_NOTE);
      }
      first = false;
      decoder ??= this.#decoder(response, piece);
      let text = carriage + decoder.decode(piece, { stream: true });
      // A CR LF split between pieces is still one line break.
      carriage = text.endsWith("\r") ? "\r" : "";
      if (carriage !== "") text = text.slice(0, -1);
      await this.#write(this.#safe(text));
    }
    await this.#write(this.#safe(carriage + (decoder?.decode() ?? "")));
    if (!first && this.#show.terminal) await this.#write("\n");
  }

  /** Prints one JSON document per line, each as it arrives. */
  async #lines(response: ClientResponse): Promise<void> {
    let decoder: TextDecoder | null = null;
    let left = "";
    const print = (line: string): Promise<void> =>
      this.#write(`${line.trim() === "" ? line : bodyText(line, "json", this.#show)}\n`);
    for await (const piece of response.content.iterAny()) {
      decoder ??= this.#decoder(response, piece);
      const lines = (left + decoder.decode(piece, { stream: true })).split("\n");
      left = lines.pop() ?? "";
      for (const line of lines) await print(line.replace(/\r$/, ""));
      if (left.length > MAX_FORMATTED) {
        await this.#write(this.#safe(left));
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
      lines.push(...bodyText(data, "json", this.#show).split("\n").map((line) => `data: ${line}`));
      await this.#write(`${lines.join("\n")}\n\n`);
    }
  }

  #decoder(response: ClientResponse, start: Uint8Array): TextDecoder {
    const whole = start.length === response.contentLength;
    return new TextDecoder(this.#charset ?? detectCharset(start, whole, response.charset));
  }
}

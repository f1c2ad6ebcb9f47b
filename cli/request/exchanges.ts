import type { HopBody, HopRequest, HopResult, Transport } from "../../client/mod.ts";
import type { ParsedArgs } from "../args/parse_args.ts";
import { writeOut } from "../io/output.ts";
import { historyPartsOf } from "../output/parts.ts";
import { Printer } from "../output/printer.ts";
import { titleCase } from "../output/show.ts";
import { MAX_SIZED, readUpTo } from "../io/read_up_to.ts";
import type { Plan } from "./plan.ts";

/** An exchange that may be followed by another one; `start` is that of the request's body. */
interface Pending {
  readonly hop: HopRequest;
  readonly start: Uint8Array | null;
  result: HopResult | null;
  bytes: Uint8Array<ArrayBuffer> | null;
}

/** Prints each request, and its response if another request follows. */
export class Exchanges {
  readonly #all: boolean;
  readonly #early: boolean;
  readonly #final: Printer;
  readonly #history: Printer;
  readonly #printsBody: boolean;
  #pending: Pending | null = null;

  constructor(parsed: ParsedArgs, final: Printer, isSingle: boolean, turn: Promise<void>) {
    const parts = historyPartsOf(parsed, Deno.stdout.isTerminal());
    this.#all = parsed.has("all") || (parsed.has("verbose") && !parsed.isDecided("all"));
    // Requests are printed when sent, unless their format depends on the response.
    this.#early = isSingle || (this.#all && !parsed.has("history-print"));
    this.#final = final;
    this.#history = new Printer(parsed, parts, turn, final);
    this.#printsBody = this.#all && parts.has("b");
  }

  /** Prints the previous exchange, which was not the last one. */
  async sends(hop: HopRequest, start: Uint8Array | null): Promise<void> {
    if (this.#pending !== null && this.#all) await this.#intermediate(this.#pending);
    this.#pending = { hop, start, result: null, bytes: null };
    if (this.#early) await this.#final.request(hop, start);
  }

  /** Handles a response; its body is buffered if another request may follow. */
  async received(result: HopResult): Promise<HopResult> {
    const pending = this.#pending;
    if (pending === null) return result;
    pending.result = result;
    const { status, body } = result;
    const mayGoOn = (status >= 300 && status < 400) || status === 401 || status === 407;
    if (!this.#printsBody || !mayGoOn || body === null) return result;
    const { bytes, stream } = await readUpTo(body, MAX_SIZED);
    pending.bytes = bytes;
    const { reason, headers, rawHeaders, version, connection, decoded = false } = result;
    return {
      ...{ status, reason, headers, decoded, body: stream },
      ...(rawHeaders === undefined ? {} : { rawHeaders }),
      ...(version === undefined ? {} : { version }),
      ...(connection === undefined ? {} : { connection }),
      bodyError: (error) => result.bodyError(error),
      release: () => result.release(),
    };
  }

  async end(): Promise<void> {
    const pending = this.#pending;
    if (pending !== null && !this.#early) await this.#final.request(pending.hop, pending.start);
    this.#pending = null;
  }

  async #intermediate({ hop, start, result, bytes }: Pending): Promise<void> {
    if (!this.#early) await this.#history.request(hop, start);
    if (result === null) return; // it failed and is retried
    await this.#history.buffered(result, bytes ?? new Uint8Array(0));
    if (bytes !== null && bytes.length > 0 && this.#printsBody) await writeOut("\n");
  }
}

/** Most bytes of a streamed body to show. */
const MOST_SHOWN = 64 * 1024;

export interface HeaderWishes extends Pick<Plan, "headers" | "without"> {
  readonly chunked: boolean;
  /** Length of a streamed body in bytes, `null` if unknown. */
  readonly size: number | null;
}

export class NotSentError extends Error {
  override readonly name = "NotSentError";
}

/** Wraps a transport, `null` for `--offline`: sends the user's headers, and reports each hop. */
export function recorder(
  inner: Transport | null,
  wishes: HeaderWishes,
  listener: Exchanges,
): Transport {
  return {
    async send(request) {
      const { signal } = request; // a getter, which a spread leaves out
      const { body, start } = await shaped(request.body, wishes);
      const given = { ...request, signal, body };
      const hop = { ...given, headers: arranged(given, wishes) };
      await listener.sends(hop, start);
      if (inner === null) throw new NotSentError("Not sent: --offline was given");
      return await listener.received(await inner.send(hop));
    },
    close() {}, // other exchanges may use the inner one
  };
}

/**
 * Adds the length of the body if possible: WSGI, CGI and S3 do not accept chunked bodies. `start` is
 * the start to show, `null` if it is unknown before.
 */
async function shaped(
  body: HopBody | null,
  wishes: HeaderWishes,
): Promise<{ body: HopBody | null; start: Uint8Array | null }> {
  if (body === null) return { body, start: null };
  const size = body.size ?? wishes.size;
  const sent = wishes.chunked ? null : size;
  if (body.bytes !== null) {
    const { bytes } = body;
    return {
      body: { size: sent, bytes: sent === null ? null : bytes, stream: () => body.stream() },
      start: bytes,
    };
  }
  if (size !== null) {
    const { start, stream } = await readUpTo(body.stream(), MOST_SHOWN);
    const shown = start.subarray(0, MOST_SHOWN);
    return { body: { size: sent, bytes: null, stream: () => stream }, start: shown };
  }
  if (wishes.chunked) return { body, start: null };
  const { bytes, stream } = await readUpTo(body.stream(), MAX_SIZED);
  return { body: { size: bytes?.length ?? null, bytes, stream: () => stream }, start: bytes };
}

/** Orders headers: Host, then the user's as written, then those of the session. */
function arranged(hop: HopRequest, wishes: HeaderWishes): [string, string][] {
  const written = new Set(wishes.headers.map(([name]) => name));
  const headers = hop.headers.map(([name, value]): [string, string] => [
    written.has(name) ? name : titleCase(name),
    value,
  ]);
  const at = (name: string): number => headers.findIndex(([own]) => own.toLowerCase() === name);
  if (at("connection") === -1) headers.unshift(["Connection", "keep-alive"]);
  const [host = ["Host", new URL(hop.url).host]] = headers.splice(at("host") >>> 0, 1);
  headers.unshift(host);
  if (hop.body === null && /^(?:POST|PUT|PATCH)$/.test(hop.method) && at("content-length") === -1) {
    headers.push(["Content-Length", "0"]); // RFC 9110 section 8.6
  }
  if (hop.body !== null && at("content-length") === -1 && at("transfer-encoding") === -1) {
    headers.push(
      hop.body.size === null
        ? ["Transfer-Encoding", "chunked"]
        : ["Content-Length", `${hop.body.size}`],
    );
  }
  return headers.filter(([name]) => !wishes.without.has(name.toLowerCase()));
}

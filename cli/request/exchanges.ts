import type { HopRequest, HopResult } from "../../client/mod.ts";
import type { ParsedArgs } from "../args/parse_args.ts";
import { writeOut } from "../io/output.ts";
import { historyPartsOf } from "../output/parts.ts";
import { Printer } from "../output/printer.ts";
import { MAX_SIZED, readUpTo } from "../io/read_up_to.ts";

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

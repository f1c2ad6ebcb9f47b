import type { ClientWebSocketResponse } from "../../client/mod.ts";

/** Pings that wait for their answers. */
export class SentPings {
  readonly #sent: { readonly data: string; readonly text: string; readonly at: number }[] = [];
  readonly #prefix: string;
  #count = 0;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  async send(socket: ClientWebSocketResponse, text = ""): Promise<void> {
    const data = text === "" ? `${this.#prefix} ${++this.#count}` : text;
    this.#sent.push({ data, text, at: performance.now() });
    await socket.ping(new TextEncoder().encode(data));
  }

  /** The text of a ping and its round-trip time in ms, `null` if a pong answers no ping. */
  answered(bytes: Uint8Array): { readonly text: string; readonly ms: number } | null {
    const data = new TextDecoder().decode(bytes);
    const at = this.#sent.findIndex((each) => each.data === data);
    // It also answers earlier pings (RFC 6455 section 5.5.3).
    const ping = this.#sent.splice(0, at + 1).at(-1);
    return ping === undefined ? null : { text: ping.text, ms: performance.now() - ping.at };
  }
}

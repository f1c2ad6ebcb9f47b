/**
 * Pings typed at the prompt.
 * @module
 */
import type { Pinged } from "./pings.ts";

/** Pings waiting for their answers. */
export class TypedPings {
  readonly #sent: { readonly data: string; readonly text: string; readonly at: number }[] = [];
  #count = 0;

  /**
   * Sends a ping.
   *
   * @param socket The connection.
   * @param text Payload, `""` for a number.
   * @throws {RangeError} If it is longer than 125 bytes.
   */
  async send(socket: Pinged, text: string): Promise<void> {
    const data = text === "" ? `ping ${++this.#count}` : text;
    this.#sent.push({ data, text, at: performance.now() });
    await socket.ping(new TextEncoder().encode(data));
  }

  /**
   * Handles a pong.
   *
   * @returns A note for the user, `null` if it answers no ping.
   */
  answered(bytes: Uint8Array): string | null {
    const data = new TextDecoder().decode(bytes);
    const at = this.#sent.findIndex((each) => each.data === data);
    // It also answers earlier pings (RFC 6455 section 5.5.3).
    const ping = this.#sent.splice(0, at + 1).at(-1);
    if (ping === undefined) return null;
    const ms = (performance.now() - ping.at).toFixed(1);
    return `pong${ping.text === "" ? "" : ` "${ping.text}"`} in ${ms} ms`;
  }
}

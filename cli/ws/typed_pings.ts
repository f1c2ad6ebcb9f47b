/**
 * Pings that are typed into a conversation.
 * @module
 */
import type { Pinged } from "./pings.ts";

/** Pings that wait for their answers. */
export class TypedPings {
  readonly #sent: { readonly data: string; readonly text: string; readonly at: number }[] = [];
  #count = 0;

  /**
   * Sends a ping.
   *
   * @param socket The connection.
   * @param text What it carries, `""` for a number.
   * @throws {RangeError} If it is longer than 125 bytes.
   */
  async send(socket: Pinged, text: string): Promise<void> {
    const data = text === "" ? `ping ${++this.#count}` : text;
    this.#sent.push({ data, text, at: performance.now() });
    await socket.ping(new TextEncoder().encode(data));
  }

  /**
   * Takes an answer.
   *
   * @returns What came, for the user; `null` if nothing was asked for.
   */
  answered(bytes: Uint8Array): string | null {
    const data = new TextDecoder().decode(bytes);
    const at = this.#sent.findIndex((each) => each.data === data);
    // It answers the ones before it too (RFC 6455 section 5.5.3).
    const ping = this.#sent.splice(0, at + 1).at(-1);
    if (ping === undefined) return null;
    const ms = (performance.now() - ping.at).toFixed(1);
    return `pong${ping.text === "" ? "" : ` "${ping.text}"`} in ${ms} ms`;
  }
}

/**
 * Binary messages from base64 text.
 * @module
 */
import { CommandError } from "../errors/usage_error.ts";

/**
 * Reads a line of base64.
 *
 * @returns The bytes.
 * @throws {CommandError} If it is not valid base64.
 */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
  } catch (cause) {
    throw new CommandError(`a line of the input is not valid base64: ${text.slice(0, 40)}`, {
      cause,
    });
  }
}

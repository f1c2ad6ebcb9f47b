/**
 * Percent-decoding of what a user has written.
 * @module
 */

/** Undoes percent-encoding; text with a `%` that begins no escape is meant as it stands. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // "%zz" is a password too
  }
}

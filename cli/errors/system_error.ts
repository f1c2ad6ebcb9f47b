/**
 * Errors of the operating system, which are no bugs of the program.
 * @module
 */

/**
 * What the system says, `no space left on device` for one.
 *
 * @returns Its words without the number, `null` if it is no error of the system.
 */
export function systemReason(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const [, words] = /^(.+?) \(os error \d+\)/s.exec(error.message) ?? [];
  if (words !== undefined) return lower(words);
  // "ENOSPC: no space left on device, write"
  const [, text] = /^E[A-Z0-9]{2,}: (.+?)(?:, \w+)?(?: '.*)?$/s.exec(error.message) ?? [];
  return text === undefined ? null : lower(text);
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

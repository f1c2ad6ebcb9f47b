/** Decodes percent-encoding; text with an invalid escape is returned unchanged. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // "%zz" may be a password
  }
}

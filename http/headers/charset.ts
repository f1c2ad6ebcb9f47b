/**
 * A decoder for a charset label.
 * @param label An encoding name of the WHATWG Encoding standard (`utf-8`, `gbk`, `shift_jis`, …).
 * @param fatal Whether bytes that are not of that encoding are an error.
 * @returns The decoder, `null` if the label is unknown.
 */
export function decoderFor(label: string, fatal: boolean): TextDecoder | null {
  const name = label.trim();
  // Python's names are accepted too: "latin-1", "utf_8", "iso8859_15".
  for (const each of [name, name.replaceAll("_", "-"), name.replace(/[-_]/g, "")]) {
    try {
      return new TextDecoder(each, { fatal });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return null;
}

const UTF_8 = [new TextDecoder(), new TextDecoder("utf-8", { fatal: true })];

/** A decoder for a label of the WHATWG Encoding standard or of Python; `null` if it is unknown. */
export function decoderFor(label: string, fatal: boolean): TextDecoder | null {
  const name = label.trim().toLowerCase();
  if (name === "utf-8") return UTF_8[fatal ? 1 : 0] ?? null;
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

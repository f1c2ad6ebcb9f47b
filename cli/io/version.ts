/** Version, as in `deno.json`; a test compares the two. */
export const VERSION = "0.1.0";

export function versionText(): string {
  const { deno, v8 } = Deno.version;
  return `roundtrip ${VERSION} (deno ${deno}, v8 ${v8})\n`;
}

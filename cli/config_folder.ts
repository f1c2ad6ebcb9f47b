/**
 * Where settings of the user live.
 * @module
 */

/**
 * The folder `roundtrip` in `XDG_CONFIG_HOME`, `~/.config`, or `APPDATA` on Windows.
 *
 * @returns Its path; it may not exist.
 */
export function configFolder(): string {
  const given = Deno.env.get("XDG_CONFIG_HOME");
  if (given) return `${given}/roundtrip`;
  const home = Deno.env.get("HOME") ?? ".";
  const folder = Deno.build.os === "windows" ? Deno.env.get("APPDATA") : `${home}/.config`;
  return `${folder ?? "."}/roundtrip`;
}

/** The folder `roundtrip` in `XDG_CONFIG_HOME`, `~/.config`, or `APPDATA` on Windows. */
export function configFolder(): string {
  const given = variable("XDG_CONFIG_HOME");
  if (given) return `${given}/roundtrip`;
  const home = variable("HOME") ?? ".";
  const folder = Deno.build.os === "windows" ? variable("APPDATA") : `${home}/.config`;
  return `${folder ?? "."}/roundtrip`;
}

/** Expands `~` and `~/` at the beginning of a path. */
export function inHome(path: string): string {
  if (!/^~(?:\/|$)/.test(path)) return path;
  const home = variable("HOME") ?? variable("USERPROFILE");
  return home ? `${home}${path.slice(1)}` : path;
}

/** A variable of the environment, `undefined` if it may not be read; never asks for permission. */
export function variable(name: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
}

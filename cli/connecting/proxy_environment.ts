/**
 * What the environment may say.
 * @module
 */

/**
 * Prepares the environment for a session that trusts it: `all_proxy` stands for the proxies that
 * are not named, and `.netrc` is hidden where it is not wanted.
 *
 * @param netrc Whether `.netrc` counts.
 */
export function prepareEnvironment(netrc: boolean): void {
  // Without the permission the session reads nothing of it either.
  if (Deno.permissions.querySync({ name: "env" }).state !== "granted") return;
  const get = (name: string): string =>
    Deno.env.get(name) || Deno.env.get(name.toUpperCase()) || "";
  const all = get("all_proxy");
  for (const name of ["http_proxy", "https_proxy"]) {
    if (all !== "" && get(name) === "") Deno.env.set(name, all);
  }
  if (!netrc) Deno.env.set("NETRC", "/dev/null");
}

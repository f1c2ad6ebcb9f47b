/** Prepares the environment for `trustEnv`: `all_proxy` is the default, `.netrc` can be hidden. */
export function prepareEnvironment(netrc: boolean): void {
  // Without the permission the session does not read it either.
  if (Deno.permissions.querySync({ name: "env" }).state !== "granted") return;
  const get = (name: string): string =>
    Deno.env.get(name) || Deno.env.get(name.toUpperCase()) || "";
  const all = get("all_proxy");
  for (const name of ["http_proxy", "https_proxy"]) {
    if (all !== "" && get(name) === "") Deno.env.set(name, all);
  }
  if (!netrc) Deno.env.set("NETRC", "/dev/null");
}

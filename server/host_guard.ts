/**
 * Refuses requests whose Host would send them to another route.
 * @module
 */

// RFC 9110 section 7.2 and RFC 3986 section 3.2.2: a name, an IPv4 address or a bracketed IPv6
// address, and a port. Anything else, "x/admin?" above all, would become part of Request.url.
const HOST = /^(?:[A-Za-z0-9._~!$&'()*+,;=%-]+|\[[0-9A-Fa-f:.]+\])(?::\d{0,5})?$/;

/**
 * Tells what is wrong with the Host of a request. Deno.serve builds `Request.url` from the header
 * as it came, so `GET /public` with `Host: x/admin?` would be routed to `/admin`.
 *
 * @param request The request before any matching.
 * @returns A reason to refuse it, `null` where there is none.
 */
export function hostError(request: Request): string | null {
  const host = request.headers.get("host");
  // Over HTTP/2, and for a Request made in the program, the URL is all there is.
  if (host === null) return null;
  if (!HOST.test(host)) return "Invalid Host header";
  // An absolute-form target (RFC 9112 section 3.2.2) may name another authority than Host does.
  return authorityIs(request.url, host) ? null : "Host header and request target differ";
}

function authorityIs(url: string, host: string): boolean {
  const start = url.indexOf("://") + 3;
  const end = start + host.length;
  if (url.startsWith(host, start) && (url.length === end || "/?#".includes(url.charAt(end)))) {
    return true;
  }
  // Request.url may be normalised: lower case, without a default port.
  try {
    return new URL(url).host === new URL(`${url.slice(0, start)}${host}`).host;
  } catch {
    return false;
  }
}

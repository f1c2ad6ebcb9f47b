// RFC 9110 section 7.2 and RFC 3986 section 3.2.2: a name, an IPv4 address or a bracketed IPv6
// address, and a port. Anything else, such as "x/admin?", would become part of Request.url.
const HOST = /^(?:[A-Za-z0-9._~!$&'()*+,;=%-]+|\[[0-9A-Fa-f:.]+\])(?::\d{0,5})?$/;

const MAX_HOST = 255 + 6; // a name of the DNS (RFC 1035 section 2.3.4) and a port

let lastGood = "localhost"; // most requests of a server have the same host

/** Why a `Host` is refused, or `null`: `x/admin?` would route `/public` to `/admin`. */
export function hostError(host: string | null, url: string): string | null {
  // Over HTTP/2, and for a Request made in the program, there is only the URL.
  if (host === null) return null;
  if (host !== lastGood) {
    // "a:99999" and "a%zz" look like hosts but are invalid in a URL.
    const isHost = host.length <= MAX_HOST && HOST.test(host) && URL.canParse(`http://${host}/`);
    if (!isHost) return "Invalid Host header";
    lastGood = host;
  }
  // An absolute-form target (RFC 9112 section 3.2.2) may have another authority than Host.
  return authorityIs(url, host) ? null : "Host header and request target differ";
}

function authorityIs(url: string, host: string): boolean {
  const start = url.charCodeAt(4) === 58 ? 7 : 8; // after "http://" or "https://"
  const end = start + host.length;
  const next = url.charCodeAt(end); // "/", "?" or "#"
  const isEnd = next === 47 || next === 63 || next === 35 || url.length === end;
  if (isEnd && url.startsWith(host, start)) return true;
  // Request.url may be normalised: lower case, without a default port.
  try {
    return new URL(url).host === new URL(`${url.slice(0, start)}${host}`).host;
  } catch {
    return false;
  }
}

import { encodeHead, fieldLines, headLines } from "../../http/http1/format_head.ts";
import { endpointOf } from "../connect/addresses.ts";
import type { Route } from "../connect/open_connection.ts";
import { proxyAuthorization } from "../connect/proxy_handshake.ts";
import { asksUpgrade, isNamed, NO_NAMES } from "../hop/header_list.ts";
import type { HeaderList, HopRequest } from "../hop/transport.ts";
import type { Outgoing } from "./socket_connection.ts";

/** Bodies up to this size are sent in one write with their head. */
const JOINED = 64 * 1024;

export type Way = ReturnType<typeof wayOf>;

function wayOf({ url: href, headers }: HopRequest, proxyHref: string | null) {
  const host = href.indexOf("//") + 2;
  const path = href.indexOf("/", host);
  const origin = href.slice(0, path);
  const name = href.slice(host, path);
  const secure = href.startsWith("https:");
  const proxy = proxyHref === null ? null : new URL(proxyHref);
  let route: Route | null = null;
  // An HTTP proxy forwards plain requests; everything else is tunnelled.
  const forwards = proxy !== null && !secure && /^https?:$/.test(proxy.protocol) &&
    !asksUpgrade(headers);
  return {
    /** Key of requests that can share a connection. */
    key: proxy === null ? origin : forwards ? `via ${proxy.href}` : `${origin} ${proxy.href}`,
    origin,
    host: name,
    /** Host with its port, also the default one (RFC 9112 section 3.2.3). */
    authority: /:\d+$/.test(name) ? name : `${name}:${secure ? 443 : 80}`,
    forwards,
    /** Credentials for a forwarding proxy, or `null`. */
    proxyAuth: forwards ? proxyAuthorization(proxy) : null,
    route(): Route {
      if (route !== null) return route;
      const { hostname, port } = endpointOf(new URL(origin));
      return route = { host: hostname, port, secure, proxy, forwards };
    },
  };
}

interface Written {
  readonly way: Way;
  readonly outgoing: Outgoing;
}

/** Parts of requests with the same headers and origin, to be reused. */
type Plan = ReturnType<typeof planOf>;

/** Serializes requests; reuses the work for similar ones in a row. */
export class RequestWriter {
  readonly #forceClose: boolean;
  #plan: Plan | null = null;
  #last: { readonly url: string; readonly plan: Plan; readonly written: Written } | null = null;

  constructor(forceClose: boolean) {
    this.#forceClose = forceClose;
  }

  /** @throws {TypeError} If a header cannot be sent. */
  write(request: HopRequest, proxy: string | null): Written {
    const plan = this.#planOf(request, proxy);
    const { url, body } = request;
    const last = this.#last;
    if (body === null && last !== null && last.plan === plan && last.url === url) {
      return last.written;
    }
    const written = { way: plan.way, outgoing: outgoingOf(request, plan) };
    if (body === null) this.#last = { url, plan, written };
    return written;
  }

  #planOf(request: HopRequest, proxy: string | null): Plan {
    const { method, headers, skipped, body, url } = request;
    // RFC 9112 section 6: the body determines the framing; the caller's headers were checked
    // before.
    const chunked = body !== null && (body.size === null || isChunked(headers));
    const last = this.#plan;
    const isSame = last !== null && last.headers === headers && last.method === method &&
      last.skipped === skipped && last.proxy === proxy && last.chunked === chunked &&
      last.hasBody === (body !== null) && url.startsWith(last.way.origin) &&
      url[last.way.origin.length] === "/";
    return isSame ? last : this.#plan = planOf(request, proxy, chunked, this.#forceClose);
  }
}

const SENDS_LENGTH: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH"]);

function planOf(
  request: HopRequest,
  proxy: string | null,
  chunked: boolean,
  isLast: boolean,
) {
  const { method, body, headers, skipped = NO_NAMES } = request;
  const way = wayOf(request, proxy);
  // "Connection: Upgrade" is set, and such a connection is not reused anyway.
  const forceClose = isLast && !asksUpgrade(headers);
  const usual = chunked ? "transfer-encoding" : "content-length";
  const isFree = body === null && (!SENDS_LENGTH.has(method) || skipped.has(usual));
  let framing: string | null = null;
  let at = -1; // its position
  let host: readonly [string, string] | null = skipped.has("host") ? null : ["host", way.host];
  let closes = forceClose;
  let expects = false;
  let { proxyAuth } = way;
  const list: (readonly [string, string])[] = [];
  for (const pair of headers) {
    const [given, value] = pair;
    switch (given.toLowerCase()) {
      case "host":
        host = pair;
        continue;
      case "content-length":
      case "transfer-encoding":
        if (framing !== null) continue;
        framing = isNamed(given, usual) ? given : usual;
        at = list.length;
        continue;
      case "expect":
        expects = /100-continue/i.test(value);
        if (expects && body === null) continue; // RFC 9110 section 10.1.1; a redirect to GET, say
        break;
      case "proxy-authorization":
        proxyAuth = null;
        break;
      case "connection":
        if (forceClose) continue;
        closes ||= /(?:^|,)[ \t]*close[ \t]*(?:,|$)/i.test(value);
    }
    list.push(pair);
  }
  if (framing === null) {
    at = list.length;
    framing = isFree ? null : usual;
  }
  if (proxyAuth !== null) list.push(["proxy-authorization", proxyAuth]);
  if (forceClose) list.push(["connection", "close"]);
  const before = fieldLines(list.slice(0, at));
  return {
    ...{ method, headers, proxy, way, chunked, expects, closes },
    skipped: request.skipped,
    hasBody: body !== null,
    framing, // name of the length header of the body, or `null`
    // The header lines before and after that.
    before: host === null ? before : fieldLines([host]) + before, // first: RFC 9110 section 7.2
    after: fieldLines(list.slice(at)),
  };
}

function outgoingOf({ url, method, body }: HopRequest, plan: Plan): Outgoing {
  const { way, chunked, expects, closes, framing } = plan;
  const target = method === "CONNECT"
    ? way.authority
    : way.forwards
    ? url
    : url.slice(way.origin.length);
  const length = framing === null ? "" : `${framing}: ${chunked ? "chunked" : body?.size ?? 0}\r\n`;
  const first = headLines(`${method} ${target} HTTP/1.1`, []);
  const text = `${first}${plan.before}${length}${plan.after}\r\n`;
  const bytes = body?.bytes ?? null;
  if (bytes === null || chunked || expects || bytes.length > JOINED) {
    const own = body !== null && body.size === 0 && !chunked ? null : body;
    return {
      head: encodeHead(text, 0),
      body: own,
      chunked,
      expects: expects && own !== null,
      closes,
    };
  }
  const head = encodeHead(text, bytes.length);
  head.set(bytes, head.length - bytes.length);
  return { head, body: null, chunked: false, expects: false, closes };
}

function isChunked(headers: HeaderList): boolean {
  return headers.some(([name, value]) =>
    isNamed(name, "transfer-encoding") && value.toLowerCase() === "chunked"
  );
}

import { hasToken } from "../../http/http1/framing.ts";
import { HTTPBadRequest, HTTPForbidden } from "../exceptions/replies.ts";
import { type HeadReader, headReader } from "../engine/engine_of_request.ts";
import { requestInternals, type ServerRequest } from "../request/request.ts";

/** Allowed origins of pages: a list or a function. No `Origin` means no page, and is allowed. */
export type CheckOrigin =
  | readonly string[]
  | ((origin: string, request: ServerRequest) => boolean);

/** Checks a handshake (RFC 6455 section 4.2.1), as engines do not; its subprotocol, or `null`. */
export function checkHandshake(
  request: ServerRequest,
  protocols: readonly string[],
  checkOrigin: CheckOrigin | null,
): string | null {
  const { method, raw } = request;
  // One by one: a long-lived socket would keep platform headers.
  const headers = headReader(raw, requestInternals.infoOf(request));
  const upgrade = headers.get("upgrade");
  if (upgrade?.toLowerCase().trim() !== "websocket") {
    throw bad(`No WebSocket UPGRADE hdr: ${shown(upgrade)}\n Can "Upgrade" only to "WebSocket".`);
  }
  const connection = headers.get("connection");
  if (!hasToken(connection ?? "", "upgrade")) {
    throw bad(`No CONNECTION upgrade hdr: ${shown(connection)}`);
  }
  if (method !== "GET") throw bad(`Handshake error: the method is ${method}, not GET`);
  const version = headers.get("sec-websocket-version");
  if (version !== "13") {
    // RFC 6455 section 4.4: the refusal names the supported version.
    throw bad(`Unsupported version: ${shown(version)}`, { "sec-websocket-version": "13" });
  }
  const key = headers.get("sec-websocket-key");
  if (key === null || !/^[A-Za-z0-9+/]{22}==$/.test(key)) {
    throw bad(`Handshake error: ${shown(key)} is not a Sec-WebSocket-Key`);
  }
  // CVE-2026-69243: bytes after a refused upgrade must not be read as the next request.
  if (
    Number(headers.get("content-length") ?? 0) !== 0 || headers.get("transfer-encoding") !== null
  ) {
    throw bad("Handshake error: the request has a body", { connection: "close" });
  }
  const origin = headers.get("origin");
  if (origin !== null && !originAllowed(origin, request, headers, checkOrigin)) {
    throw new HTTPForbidden({
      text: `Handshake error: the origin ${shown(origin)} is not allowed`,
    });
  }
  const offered = headers.get("sec-websocket-protocol")?.split(",") ?? [];
  return offered.map((each) => each.trim()).find((each) => protocols.includes(each)) ?? null;
}

// Cross-site WebSocket hijacking: browsers send cookies without asking, so a page on
// https://evil.example could act as the user. Only the Origin header tells it from our own page.
function originAllowed(
  origin: string,
  request: ServerRequest,
  headers: HeadReader,
  allowed: CheckOrigin | null,
): boolean {
  if (typeof allowed === "function") return allowed(origin, request);
  if (allowed !== null) return allowed.includes(origin);
  const url = URL.parse(origin);
  // "file://" and an empty header have no host; a request may have none either.
  if (url === null || !/^https?:$/.test(url.protocol)) return false;
  // The scheme is not compared: behind a proxy that terminates TLS, https arrives as http.
  const host = headers.get("host") ?? request.url.host;
  return url.host === URL.parse(`${url.protocol}//${host}`)?.host;
}

function bad(text: string, headers?: HeadersInit): HTTPBadRequest {
  return new HTTPBadRequest(headers === undefined ? { text } : { text, headers });
}

/** Text of the client, cut and on one line. */
function shown(value: string | null): string {
  return value === null ? "None" : JSON.stringify(value.slice(0, 100)).slice(1, -1);
}

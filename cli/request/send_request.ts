/**
 * Requests of HTTP/1.1 as they go over the wire (RFC 9112).
 * @module
 */
import type { Duplex } from "node:stream";
import { type HopRequest, proxyAuthorization } from "../../client/mod.ts";
import { portOf } from "./socket_connection.ts";

const BROKEN = new WeakSet<Duplex>();

/**
 * Lets a connection be read on after a write has failed: a server that answers early and closes has
 * sent its reply by then (RFC 9112 section 9.6), which Node drops with the connection.
 *
 * @param socket The connection, before anything is sent. Its end is seen by reading it.
 */
export function keepReading(socket: Duplex): void {
  const write = socket._write.bind(socket);
  const survived = (callback: () => void) => (error?: Error | null): void => {
    if (error) BROKEN.add(socket);
    callback();
  };
  socket._write = (chunk, encoding, callback) => write(chunk, encoding, survived(callback));
  const { _writev } = socket;
  if (_writev === undefined) return;
  const writeMany = _writev.bind(socket);
  socket._writev = (chunks, callback) => writeMany(chunks, survived(callback));
}

/** Whether a write to a connection has failed. */
export function isBroken(socket: Duplex): boolean {
  return BROKEN.has(socket);
}

/**
 * Sends a request, its headers in their order and case.
 *
 * @param socket The connection. That it closes meanwhile is no failure here: its reader sees it.
 * @param hop The request.
 * @param proxy Proxy that is given it whole, `null` for none.
 * @throws {TypeError} If a header would break the head.
 * @throws {Error} What reading the body failed with.
 */
export async function sendRequest(
  socket: Duplex,
  hop: HopRequest,
  proxy: URL | null,
): Promise<void> {
  const fields: (readonly [string, string])[] = [...hop.headers];
  const has = (name: string): boolean => fields.some(([own]) => own.toLowerCase() === name);
  const { body } = hop;
  if (body !== null && !has("content-length") && !has("transfer-encoding")) {
    if (body.size === null) fields.push(["Transfer-Encoding", "chunked"]);
    else fields.push(["Content-Length", `${body.size}`]);
  }
  if (proxy !== null && !has("proxy-authorization")) {
    const credentials = proxyAuthorization(proxy);
    if (credentials !== null) fields.push(["Proxy-Authorization", credentials]);
  }
  const head = headBytes(`${hop.method} ${targetOf(hop, proxy !== null)} HTTP/1.1`, fields);
  if (body === null) return await write(socket, head);
  const chunked = fields.some(([name, value]) =>
    name.toLowerCase() === "transfer-encoding" && /(?:^|,)[ \t]*chunked[ \t]*$/i.test(value)
  );
  const { bytes } = body;
  if (bytes !== null && !chunked) return await write(socket, joined(head, bytes));
  await write(socket, head);
  for await (const piece of bytes === null ? body.stream() : [bytes]) {
    if (socket.destroyed || isBroken(socket)) return;
    if (piece.length > 0) await write(socket, chunked ? chunk(piece) : piece);
  }
  if (chunked) await write(socket, new TextEncoder().encode("0\r\n\r\n"));
}

/** RFC 9112 section 3.2. */
function targetOf({ method, url: href }: HopRequest, whole: boolean): string {
  const url = new URL(href);
  if (method === "CONNECT") return `${url.hostname}:${portOf(url)}`;
  const own = `${url.pathname}${url.search}`;
  return whole ? `${url.origin}${own}` : own;
}

function headBytes(first: string, fields: readonly (readonly [string, string])[]): Uint8Array {
  const lines = [first, ...fields.map(([name, value]) => `${name}: ${value}`)];
  for (const line of lines) {
    const bad = /[\0\r\n]|[^\0-\xff]/.exec(line)?.[0];
    if (bad === undefined) continue;
    const code = `U+${bad.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
    throw new TypeError(`Cannot send a header: ${code} in "${line}" has no place in it`);
  }
  return Uint8Array.from(`${lines.join("\r\n")}\r\n\r\n`, (each) => each.charCodeAt(0));
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function chunk(piece: Uint8Array): Uint8Array {
  const size = new TextEncoder().encode(`${piece.length.toString(16)}\r\n`);
  return joined(joined(size, piece), Uint8Array.of(13, 10));
}

/** Writes, and waits for room where the peer reads slowly. */
async function write(socket: Duplex, bytes: Uint8Array): Promise<void> {
  if (socket.destroyed || socket.write(bytes)) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const go = (): void => resolve();
  socket.on("drain", go).on("close", go);
  await promise;
  socket.off("drain", go).off("close", go);
}

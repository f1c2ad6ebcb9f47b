/**
 * Requests written byte by byte.
 * @module
 */
import { web } from "@roundtrip/http";
import { writeAll } from "../_connections.ts";

export interface RawResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  readonly head: string;
}

/** Sends text as it is and reads until the server closes. */
export async function exchange(port: number, text: string | Uint8Array): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await writeAll(connection, text);
  const chunks: Uint8Array[] = [];
  const buffer = new Uint8Array(65536);
  for (;;) {
    const size = await connection.read(buffer).catch(() => null);
    if (size === null) break;
    chunks.push(buffer.slice(0, size));
  }
  // one character a byte, so that nothing on the wire is hidden by decoding
  return chunks.map((chunk) => Array.from(chunk, (each) => String.fromCharCode(each)).join(""))
    .join("");
}

/** Sends one request with a target that no URL parser has touched. */
export async function raw(
  port: number,
  target: string,
  options: { method?: string; host?: string; headers?: readonly string[]; body?: string } = {},
): Promise<RawResponse> {
  const { method = "GET", host = "127.0.0.1", headers = [], body = "" } = options;
  const lines = [`${method} ${target} HTTP/1.1`, `Host: ${host}`, "Connection: close", ...headers];
  if (body !== "") lines.push(`Content-Length: ${new TextEncoder().encode(body).length}`);
  return parse(await exchange(port, `${lines.join("\r\n")}\r\n\r\n${body}`));
}

export function parse(text: string): RawResponse {
  const end = text.indexOf("\r\n\r\n");
  const head = end < 0 ? text : text.slice(0, end);
  const [first = "", ...lines] = head.split("\r\n");
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  let body = end < 0 ? "" : text.slice(end + 4);
  if (headers.get("transfer-encoding") === "chunked") body = dechunk(body);
  return { status: Number(first.split(" ")[1]), headers, body: utf8(body), head };
}

function dechunk(text: string): string {
  let whole = "";
  for (let at = 0;;) {
    const end = text.indexOf("\r\n", at);
    const size = parseInt(text.slice(at, end), 16);
    if (!(size > 0)) return whole;
    whole += text.slice(end + 2, end + 2 + size);
    at = end + 2 + size + 2;
  }
}

function utf8(bytes: string): string {
  return new TextDecoder().decode(Uint8Array.from(bytes, (each) => each.charCodeAt(0)));
}

/** An application that logs nowhere; what it would have logged can be read. */
export function quietApp(
  options: web.ApplicationOptions = {},
): web.Application & { readonly logged: unknown[] } {
  const logged: unknown[] = [];
  const app = new web.Application({
    ...options,
    logger: { error: (message, error) => void logged.push(message, error) },
  });
  return Object.assign(app, { logged });
}

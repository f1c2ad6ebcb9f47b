import type { HopBody, HopRequest, Transport } from "../../client/mod.ts";
import { titleCase } from "../output/show.ts";
import { MAX_SIZED, readUpTo } from "../io/read_up_to.ts";
import type { Exchanges } from "./exchanges.ts";
import type { Plan } from "./plan.ts";

/** Most bytes of a streamed body to show. */
const MOST_SHOWN = 64 * 1024;

/** The user's options for headers and body. */
export interface HeaderWishes extends Pick<Plan, "headers" | "without"> {
  /** Whether to send the body without its length. */
  readonly chunked: boolean;
  /** Length of a streamed body in bytes, `null` if unknown. */
  readonly size: number | null;
}

/** Thrown instead of sending. */
export class NotSentError extends Error {
  override readonly name = "NotSentError";
}

/** Wraps a transport, `null` for `--offline`: sends the user's headers, and reports each hop. */
export function recorder(
  inner: Transport | null,
  wishes: HeaderWishes,
  listener: Exchanges,
): Transport {
  return {
    async send(request) {
      const { signal } = request; // a getter, which a spread leaves out
      const { body, start } = await shaped(request.body, wishes);
      const given = { ...request, signal, body };
      const hop = { ...given, headers: arranged(given, wishes) };
      await listener.sends(hop, start);
      if (inner === null) throw new NotSentError("Not sent: --offline was given");
      return await listener.received(await inner.send(hop));
    },
    close() {}, // other exchanges may use the inner one
  };
}

/** The body as it is sent, and its start to show, `null` if that is unknown before. */
interface Shaped {
  readonly body: HopBody | null;
  readonly start: Uint8Array | null;
}

/** Adds the length of the body if possible: WSGI, CGI and S3 do not accept chunked bodies. */
async function shaped(body: HopBody | null, wishes: HeaderWishes): Promise<Shaped> {
  if (body === null) return { body, start: null };
  const size = body.size ?? wishes.size;
  const sent = wishes.chunked ? null : size;
  if (body.bytes !== null) {
    const { bytes } = body;
    return {
      body: { size: sent, bytes: sent === null ? null : bytes, stream: () => body.stream() },
      start: bytes,
    };
  }
  if (size !== null) {
    const { start, stream } = await readUpTo(body.stream(), MOST_SHOWN);
    const shown = start.subarray(0, MOST_SHOWN);
    return { body: { size: sent, bytes: null, stream: () => stream }, start: shown };
  }
  if (wishes.chunked) return { body, start: null };
  const { bytes, stream } = await readUpTo(body.stream(), MAX_SIZED);
  return { body: { size: bytes?.length ?? null, bytes, stream: () => stream }, start: bytes };
}

/** Orders headers: Host, then the user's as written, then those of the session. */
function arranged(hop: HopRequest, wishes: HeaderWishes): [string, string][] {
  const written = new Set(wishes.headers.map(([name]) => name));
  const headers = hop.headers.map(([name, value]): [string, string] => [
    written.has(name) ? name : titleCase(name),
    value,
  ]);
  const at = (name: string): number => headers.findIndex(([own]) => own.toLowerCase() === name);
  if (at("connection") === -1) headers.unshift(["Connection", "keep-alive"]);
  const [host = ["Host", new URL(hop.url).host]] = headers.splice(at("host") >>> 0, 1);
  headers.unshift(host);
  if (hop.body === null && /^(?:POST|PUT|PATCH)$/.test(hop.method) && at("content-length") === -1) {
    headers.push(["Content-Length", "0"]); // RFC 9110 section 8.6
  }
  if (hop.body !== null && at("content-length") === -1 && at("transfer-encoding") === -1) {
    headers.push(
      hop.body.size === null
        ? ["Transfer-Encoding", "chunked"]
        : ["Content-Length", `${hop.body.size}`],
    );
  }
  return headers.filter(([name]) => !wishes.without.has(name.toLowerCase()));
}

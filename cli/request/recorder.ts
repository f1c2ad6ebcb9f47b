/**
 * A transport that tells what it is given.
 * @module
 */
import type { HopBody, HopRequest, HopResult, Transport } from "../../client/mod.ts";
import { titleCase } from "../output/show.ts";

/** What the user asked for about headers. */
export interface HeaderWishes {
  /** Headers in the user's order and case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Names, in lower case, that must not be sent. */
  readonly without: ReadonlySet<string>;
  /** Whether the length of the body is left unsaid. */
  readonly chunked: boolean;
}

/** Thrown instead of sending. */
export class NotSentError extends Error {
  /** Name of the class, for telling errors apart. */
  override readonly name = "NotSentError";
}

/**
 * Wraps a transport: gives the headers the user's case and order, leaves out what is not wanted, and
 * tells of each hop.
 *
 * @param inner What carries the bytes, `null` for nothing (`--offline`).
 * @param wishes The user's headers.
 * @param onHop Told before a hop is sent.
 * @param onReply Told when its reply has come.
 */
export function recorder(
  inner: Transport | null,
  wishes: HeaderWishes,
  onHop: (hop: HopRequest) => Promise<void>,
  onReply: (hop: HopRequest, result: HopResult) => Promise<void>,
): Transport {
  return {
    async send(request) {
      const given = { ...request, body: wishes.chunked ? unsized(request.body) : request.body };
      const hop = { ...given, headers: arranged(given, wishes) };
      await onHop(hop);
      if (inner === null) {
        throw new NotSentError("Not sent: --offline was given");
      }
      const result = await inner.send(hop);
      await onReply(hop, result);
      return result;
    },
    close: () => inner?.close(),
  };
}

function unsized(body: HopBody | null): HopBody | null {
  return body === null ? null : { size: null, bytes: null, stream: () => body.stream() };
}

/** Host first, then the user's headers as written, then what the session has added. */
function arranged(hop: HopRequest, wishes: HeaderWishes): [string, string][] {
  const left = [...hop.headers];
  const headers: [string, string][] = [];
  for (const [name, value] of wishes.headers) {
    const at = left.findIndex(([own, text]) =>
      own.toLowerCase() === name.toLowerCase() && text === value
    );
    if (at === -1) continue; // left behind at another origin
    left.splice(at, 1);
    headers.push([name, value]);
  }
  headers.push(...left.map(([name, value]): [string, string] => [titleCase(name), value]));
  const has = (name: string): boolean => headers.some(([own]) => own.toLowerCase() === name);
  if (!has("connection")) headers.unshift(["Connection", "keep-alive"]);
  if (!has("host")) headers.unshift(["Host", new URL(hop.url).host]);
  if (hop.body !== null && !has("content-length") && !has("transfer-encoding")) {
    headers.push(
      hop.body.size === null
        ? ["Transfer-Encoding", "chunked"]
        : ["Content-Length", `${hop.body.size}`],
    );
  }
  return headers.filter(([name]) => !wishes.without.has(name.toLowerCase()));
}

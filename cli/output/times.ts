import type { ClientResponse, HopAddress, HopTls, TraceConfig } from "../../client/mod.ts";
import { visibleLine } from "../io/visible_text.ts";

export type Times = ReturnType<typeof newTimes>;

/** Times of an exchange that begins now, in ms since the start of its last hop. */
export function newTimes() {
  const unknown = null as number | null; // not reached
  const times = { lookup: unknown, connected: unknown, secured: unknown, head: unknown };
  // Bytes of the bodies, as on the wire, if they are counted.
  return { ...times, started: performance.now(), ended: unknown, sent: 0, received: 0 };
}

/** Records the times of the last hop; also sizes, if `counts`. */
export function timesTrace(times: Times, counts: boolean): TraceConfig {
  const since = (): number => performance.now() - times.started;
  return {
    onRequestHeadersSent: () => void Object.assign(times, newTimes()),
    ...(counts
      ? {
        onRequestChunkSent: (_, { chunk }) => void (times.sent += chunk.length),
        onResponseChunkReceived(_, { chunk }) {
          times.received += chunk.length;
          times.ended = since();
        },
      }
      : {}),
    onDnsResolvehostEnd: () => void (times.lookup = since()),
    onTlsStart: () => void (times.connected = since()),
    onTlsEnd: () => void (times.secured = since()),
    onConnectionCreateEnd: () => void (times.connected ??= since()),
    onConnectionReuseconn: () => void (times.connected = since()),
    onResponseHead: () => void (times.head = since()),
  };
}

/** The text of `--meta`; times are in ms. */
export function metaText(response: ClientResponse, times: Times, total: number): string {
  const at = (ms: number | null): string | null =>
    ms === null ? null : `${(ms / 1000).toFixed(3)} s`;
  const { remoteAddress: remote = null, localAddress: local = null, tls = null } =
    response.connection ?? {};
  const lines = [
    ["Elapsed", at(total)],
    ["Address", remote === null ? null : `${endText(remote)}, from ${endText(local)}`],
    ["Name lookup", at(times.lookup)],
    ["Connected", at(times.connected)],
    ["TLS", at(times.secured)],
    ["TLS version", tls === null ? null : `${tls.version}, ${tls.cipher}`],
    ["Certificate", certificateText(tls)],
    ["First byte", at(times.head)],
    ["Redirects", response.history.length === 0 ? null : `${response.history.length}`],
  ];
  return lines.map(([name, value]) => value === null ? "" : `${name}: ${value}\n`).join("");
}

/** One end of a connection: `127.0.0.1:80`. */
function endText(end: HopAddress | null): string {
  if (end === null) return "an unknown port";
  return `${end.hostname.includes(":") ? `[${end.hostname}]` : end.hostname}:${end.port}`;
}

/** Subject, issuer and expiry of the peer's certificate. */
function certificateText(tls: HopTls | null): string | null {
  const shown = tls?.certificate ?? null;
  if (shown === null) return null;
  const until = shown.validTo.toUTCString();
  return visibleLine(`${shown.subject}, by ${shown.issuer || "itself"}, until ${until}`);
}

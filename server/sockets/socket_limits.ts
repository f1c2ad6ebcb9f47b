/**
 * Limits of the engine over sockets; docs/limits.md gives the reason for each.
 * @module
 */
import { OptionTable } from "../../http/options.ts";

/** What `web.socketEngine()` takes: times in ms, sizes in bytes, 0 for no limit. */
export interface SocketLimits {
  /** Time for a head, from its first byte; a client that is too slow gets 408. @default {30000} */
  readonly headTimeout?: number;
  /** Silence of a client whose body is being read, before 408. @default {60000} */
  readonly bodyTimeout?: number;
  /** Time in which a client has to read something of its response. @default {60000} */
  readonly writeTimeout?: number;
  /** Time an idle connection is kept between two requests. @default {75000} */
  readonly idleTimeout?: number;
  /** Time for a handler to answer, before 504; its signal aborts. @default {0} */
  readonly handlerTimeout?: number;
  /** Longest head, and longest trailers, in bytes; a longer head gets 431. @default {65536} */
  readonly maxHeadSize?: number;
  /** Longest request line and header line, in bytes; longer ones get 414 or 431. @default {65536} */
  readonly maxLineSize?: number;
  /** Most header lines; more get 431. @default {256} */
  readonly maxHeaders?: number;
  /** Most connections; the oldest idle one is closed for a new one. @default {16384} */
  readonly maxConnections?: number;
  /** Most connections of one address; further ones are closed. @default {4096} */
  readonly maxConnectionsPerAddress?: number;
  /** Most requests of one connection, which closes behind the last. @default {0} */
  readonly maxRequests?: number;
  /** Bytes of an unread body that are dropped before the connection ends. @default {67108864} */
  readonly dropSize?: number;
  /** Time for dropping an unread body. @default {5000} */
  readonly dropTimeout?: number;
}

/** Names and types of {@linkcode SocketLimits}. */
export const SOCKET_LIMITS = new OptionTable<SocketLimits>({
  headTimeout: "a number",
  bodyTimeout: "a number",
  writeTimeout: "a number",
  idleTimeout: "a number",
  handlerTimeout: "a number",
  maxHeadSize: "a number",
  maxLineSize: "a number",
  maxHeaders: "a number",
  maxConnections: "a number",
  maxConnectionsPerAddress: "a number",
  maxRequests: "a number",
  dropSize: "a number",
  dropTimeout: "a number",
});

const DEFAULTS: Required<SocketLimits> = {
  headTimeout: 30_000,
  bodyTimeout: 60_000,
  writeTimeout: 60_000,
  idleTimeout: 75_000,
  handlerTimeout: 0,
  maxHeadSize: 64 * 1024,
  maxLineSize: 64 * 1024,
  maxHeaders: 256,
  maxConnections: 16_384,
  maxConnectionsPerAddress: 4096,
  maxRequests: 0,
  dropSize: 64 * 1024 ** 2,
  dropTimeout: 5000,
};

/**
 * Completes the limits; 0 becomes `Infinity`.
 *
 * @throws {RangeError} If one is negative or not a number.
 */
export function resolveLimits(limits: SocketLimits): Required<SocketLimits> {
  SOCKET_LIMITS.check("web.socketEngine()", limits);
  const entries = Object.entries(DEFAULTS).map(([name, byDefault]) => {
    const value = limits[name as keyof SocketLimits] ?? byDefault;
    if (!(value >= 0)) {
      throw new RangeError(`Cannot use ${name} ${value}: expected 0 for no limit, or more`);
    }
    return [name, value === 0 ? Infinity : value];
  });
  return Object.fromEntries(entries);
}

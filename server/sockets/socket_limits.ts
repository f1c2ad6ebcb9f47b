// Limits of the socket engine; docs/limits.md gives the reasons.
import { numberKinds, numbersOf, OptionTable } from "../../http/options.ts";

/** Limits of `web.socketEngine()`: times in ms, sizes in bytes, 0 for no limit. */
export interface SocketLimits {
  /** Timeout for a head, from its first byte; answered with 408. @default {30000} */
  readonly headTimeout?: number;
  /** Longest time without data while a body is read; answered with 408. @default {60000} */
  readonly bodyTimeout?: number;
  /** Longest time in which a client reads nothing of its response. @default {60000} */
  readonly writeTimeout?: number;
  /** Idle timeout between two requests. @default {75000} */
  readonly idleTimeout?: number;
  /** Timeout of a handler; answered with 504, its signal aborts. @default {0} */
  readonly handlerTimeout?: number;
  /** Maximum size of a head, and of trailers, in bytes; answered with 431. @default {65536} */
  readonly maxHeadSize?: number;
  /** Maximum request line and header line, in bytes; 414 or 431. @default {65536} */
  readonly maxLineSize?: number;
  /** Maximum number of header lines; answered with 431. @default {256} */
  readonly maxHeaders?: number;
  /** Maximum connections; the oldest idle one is closed for a new one. @default {16384} */
  readonly maxConnections?: number;
  /** Maximum connections of one address; further ones are closed. @default {4096} */
  readonly maxConnectionsPerAddress?: number;
  /** Maximum requests of one connection, which is closed after the last. @default {0} */
  readonly maxRequests?: number;
  /** Maximum bytes of an unread body to drain. @default {67108864} */
  readonly dropSize?: number;
  /** Timeout for draining an unread body. @default {5000} */
  readonly dropTimeout?: number;
}

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

const SOCKET_LIMITS = new OptionTable<SocketLimits>(numberKinds(DEFAULTS));

export function resolveLimits(limits: SocketLimits): Required<SocketLimits> {
  SOCKET_LIMITS.check("web.socketEngine()", limits);
  const resolved = { ...numbersOf(DEFAULTS, limits) };
  for (const name of Object.keys(resolved) as (keyof SocketLimits)[]) resolved[name] ||= Infinity;
  return resolved;
}

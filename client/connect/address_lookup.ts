/**
 * From the name of a host to a connection with one of its addresses.
 * @module
 */
import type { LookupAddress } from "node:dns";
import type { HopObserver } from "../hop/transport.ts";
import type { ResolvedConnector } from "./connector.ts";
import { ipVersion } from "./ip_version.ts";
import { ON_DENO } from "../hop/runtime.ts";

/** Most names that are kept. */
const MOST_KEPT = 1_000;
/** How long an address may take before the next one is tried beside it (RFC 8305 section 5), in ms. */
const ATTEMPT_DELAY = 250;

/** Looks names of hosts up, and keeps what it has found for a while. */
export class AddressLookup {
  readonly #connector: ResolvedConnector;
  readonly #isAsked: boolean;
  readonly #kept = new Map<string, { readonly addresses: readonly string[]; until: number }>();

  /** Creates one. */
  constructor(connector: ResolvedConnector) {
    this.#connector = connector;
    this.#isAsked = connector.family !== 0 || connector.dnsCache !== null;
  }

  /**
   * Looks a name up.
   *
   * @param host Name or address, an IPv6 one without brackets.
   * @param port Port that will be connected to.
   * @param observer Told about it.
   * @returns The addresses, never none; `null` where the platform is to look it up while it connects:
   * a program that may connect to some hosts only may do so by their names, not by their addresses.
   * @throws {Error} If there is no address.
   */
  async find(
    host: string,
    port: number,
    observer: HopObserver | null,
  ): Promise<readonly string[] | null> {
    const { dnsCache, family, resolve } = this.#connector;
    const own = await resolve?.(host, port) ?? null;
    if (own !== null) return own.length === 0 ? missing(host, family) : own;
    const literal = ipVersion(host);
    if (literal !== 0) return family === 0 || family === literal ? [host] : missing(host, family);
    if (!this.#isAsked && !mayConnectAnywhere()) return null;
    const now = performance.now();
    const kept = this.#kept.get(host);
    if (kept !== undefined && now < kept.until) {
      observer?.resolved?.(host, true);
      return kept.addresses;
    }
    observer?.resolving?.(host);
    const addresses = await systemAddresses(host, family);
    observer?.resolved?.(host, false);
    const lifetime = dnsCache ?? 10_000;
    if (lifetime > 0) {
      if (this.#kept.size >= MOST_KEPT) this.#kept.clear();
      this.#kept.set(host, { addresses, until: now + lifetime });
    }
    return addresses;
  }
}

function mayConnectAnywhere(): boolean {
  return !ON_DENO ||
    Deno.permissions.querySync({ name: "net" }).state === "granted";
}

function missing(host: string, family: 0 | 4 | 6): never {
  const what = family === 0 ? "address" : `address of IPv${family}`;
  throw new Error(`failed to lookup address information: ${host} has no ${what}`);
}

/** The addresses of the system's resolver, the families by turns (RFC 8305 section 4). */
async function systemAddresses(host: string, family: 0 | 4 | 6): Promise<readonly string[]> {
  const { lookup } = await import("node:dns");
  // By a callback: the promises of Deno 2.4 write a warning about punycode.
  const found = await new Promise<LookupAddress[]>((resolve, reject) =>
    lookup(host, { all: true, family }, (error, all) => error ? reject(error) : resolve(all))
  ).catch((cause: unknown): LookupAddress[] => {
    const code = cause instanceof Error && "code" in cause ? `${cause.code}` : "";
    if (code === "EPERM" && ON_DENO) {
      throw new Deno.errors.NotCapable(`Requires net access to "${host}"`);
    }
    if (family !== 0 && /^(?:ENOTFOUND|ENODATA)$/.test(code)) return [];
    // As Deno says it where it connects by the name.
    const why = code === "ENOTFOUND" ? "Name or service not known" : `${cause}`;
    throw new Error(`failed to lookup address information: ${why}`, { cause });
  });
  const [first] = found;
  if (first === undefined) return missing(host, family);
  const [own, others] = [true, false].map((same) =>
    found.filter((each) => (each.family === first.family) === same)
  );
  return found.flatMap((_, at) => [own?.[at], others?.[at]])
    .flatMap((each) => each === undefined ? [] : [each.address]);
}

/**
 * Connects to the first of some addresses that answers: each has a quarter of a second before the next
 * one is tried beside it (RFC 8305).
 *
 * @throws {Error} What the first attempt failed with, when all have.
 */
export function connectFirst<Address, Connection extends { close(): void }>(
  addresses: readonly Address[],
  connect: (address: Address, signal: AbortSignal) => Promise<Connection>,
  signal: AbortSignal,
): Promise<Connection> {
  const [only] = addresses;
  if (only !== undefined && addresses.length === 1) return connect(only, signal);
  return new Promise((resolve, reject) => {
    const done = new AbortController();
    const either = AbortSignal.any([signal, done.signal]);
    const failures: unknown[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    let next = 0;
    const begin = (): void => {
      clearTimeout(timer);
      const address = addresses[next++];
      if (address === undefined) return;
      timer = setTimeout(begin, ATTEMPT_DELAY);
      connect(address, either).then((connection) => {
        if (done.signal.aborted) return connection.close();
        clearTimeout(timer);
        done.abort();
        resolve(connection);
      }, (error) => {
        failures.push(error);
        if (signal.aborted || failures.length === addresses.length) {
          clearTimeout(timer);
          done.abort(); // one that comes later is closed
          reject(failures[0]);
        } else if (!done.signal.aborted) begin();
      });
    };
    begin();
  });
}

// Name resolution and connecting to the addresses of a host.
import type { LookupAddress } from "node:dns";
import { abortOf, type HopAbort } from "../hop/hop_abort.ts";
import type { HopObserver } from "../hop/transport.ts";
import type { ResolvedConnector } from "./connector.ts";
import { errorCode } from "../../http/name_file.ts";
import { ipVersion } from "./addresses.ts";
import { ON_DENO } from "../hop/runtime.ts";

/** Size of the DNS cache, in names. */
const MOST_KEPT = 1_000;
/** Delay before the next address is tried in parallel (RFC 8305 section 5), in ms. */
const ATTEMPT_DELAY = 250;

export class AddressLookup {
  readonly #connector: ResolvedConnector;
  readonly #kept = new Map<string, { readonly addresses: readonly string[]; until: number }>();

  constructor(connector: ResolvedConnector) {
    this.#connector = connector;
  }

  /**
   * Resolves a name, or takes an address, IPv6 without brackets. `null` if the platform must do it
   * while connecting: a permission for a host name does not cover its addresses.
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
    const isAsked = family !== 0 || dnsCache !== null;
    if (!isAsked && ON_DENO && Deno.permissions.querySync({ name: "net" }).state !== "granted") {
      return null;
    }
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

function missing(host: string, family: 0 | 4 | 6): never {
  const what = family === 0 ? "address" : `address of IPv${family}`;
  throw new Error(`failed to lookup address information: ${host} has no ${what}`);
}

/** Addresses from the system's resolver, alternating families (RFC 8305 section 4). */
async function systemAddresses(host: string, family: 0 | 4 | 6): Promise<readonly string[]> {
  const { lookup } = await import("node:dns");
  // Callback API: the promises of Deno 2.4 print a warning about punycode.
  const found = await new Promise<LookupAddress[]>((resolve, reject) =>
    lookup(host, { all: true, family }, (error, all) => error ? reject(error) : resolve(all))
  ).catch((cause: unknown): LookupAddress[] => {
    const code = errorCode(cause);
    if (code === "EPERM" && ON_DENO) {
      throw new Deno.errors.NotCapable(`Requires net access to "${host}"`);
    }
    if (family !== 0 && /^(?:ENOTFOUND|ENODATA)$/.test(`${code}`)) return [];
    // Deno's message for connecting by name.
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

/** Connects to the first address that answers, an attempt each quarter of a second (RFC 8305). */
export function connectFirst<Address, Connection extends { close(): void }>(
  addresses: readonly Address[],
  connect: (address: Address, abort: HopAbort) => Promise<Connection>,
  abort: HopAbort,
): Promise<Connection> {
  const [only] = addresses;
  if (only !== undefined && addresses.length === 1) return connect(only, abort);
  return new Promise((resolve, reject) => {
    const done = new AbortController();
    const either = abortOf({ signal: AbortSignal.any([abort.signal, done.signal]) });
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
        if (abort.reason !== null || failures.length === addresses.length) {
          clearTimeout(timer);
          done.abort(); // later connections are closed
          reject(failures[0]);
        } else if (!done.signal.aborted) begin();
      });
    };
    begin();
  });
}

import { messageOf } from "../../http/as_error.ts";
import { NotSupportedError } from "../../http/not_supported_error.ts";
import type { ResolvedConnector } from "../connect/connector.ts";
import { readVariable } from "../connect/environment.ts";
import { percentDecoded } from "../connect/addresses.ts";
import { HAS_SOCKETS, ON_DENO } from "../hop/runtime.ts";

/** The remedy for features that `fetch` of a runtime lacks. */
export const SOCKETS_DO = HAS_SOCKETS ? '; connector.transport "sockets" does' : "";

/** The platform's HTTP clients, one per proxy and pooling, created on demand. */
export class HttpClients {
  readonly #options: ResolvedConnector;
  readonly #clients = new Map<string, Deno.HttpClient>();

  constructor(options: ResolvedConnector) {
    this.#options = options;
    const { proxy, identity, localAddress, caCerts } = options;
    if (!ON_DENO && ((proxy ?? identity ?? localAddress) !== null || caCerts.length > 0)) {
      const why = `this runtime's fetch takes no proxy or certificate${SOCKETS_DO}`;
      throw new NotSupportedError("connector", why);
    }
    if ((identity ?? localAddress) === null && caCerts.length === 0) return;
    try {
      this.get(proxy, !options.forceClose); // reports errors early
    } catch (cause) {
      throw new TypeError(`Cannot use the connector: ${messageOf(cause)}`, { cause });
    }
  }

  /** The client for a proxy; `pooled` tells whether its connections are reused. */
  get(proxy: string | null, pooled: boolean): Deno.HttpClient | undefined {
    if (!ON_DENO) return undefined; // one pool for the whole process
    const key = `${pooled ? "" : "!"}${proxy ?? ""}`;
    let client = this.#clients.get(key);
    if (client === undefined) {
      const options = clientOptions(this.#options, proxy, pooled);
      // Deno's client uses HTTP_PROXY by default, and bypasses the caller's proxy for NO_PROXY, if
      // they are set at its creation.
      client = withoutProxyVariables(() => Deno.createHttpClient(options));
      this.#clients.set(key, client);
    }
    return client;
  }

  close(): void {
    for (const each of this.#clients.values()) each.close();
    this.#clients.clear();
  }
}

function clientOptions(
  options: ResolvedConnector,
  proxy: string | null,
  pooled: boolean,
): Deno.CreateHttpClientOptions {
  const { caCerts, identity, localAddress } = options;
  return {
    allowHost: true, // send the caller's Host header instead of dropping it
    http2: options.http2,
    poolIdleTimeout: options.keepAlive,
    ...(pooled && options.keepAlive > 0 ? {} : { poolMaxIdlePerHost: 0 }),
    ...(proxy === null ? {} : { proxy: platformProxy(proxy) }),
    ...(caCerts.length === 0 ? {} : { caCerts: [...caCerts] }),
    ...identity,
    ...(localAddress === null ? {} : { localAddress }),
  };
}

function platformProxy(proxy: string): Deno.Proxy {
  const url = new URL(proxy);
  if (url.protocol === "unix:") return { transport: "unix", path: percentDecoded(url.pathname) };
  const { username, password } = url;
  url.username = url.password = "";
  return { // without `transport`: implied by the URL, and Deno 2.4 rejects "socks5"
    url: url.href.replace(/\/$/, ""),
    ...(username + password === "" ? {} : {
      basicAuth: { username: percentDecoded(username), password: percentDecoded(password) },
    }),
  };
}

const PROXY_VARIABLES = ["http_proxy", "https_proxy", "all_proxy", "no_proxy"]
  .flatMap((name) => [name, name.toUpperCase()]);

/** Runs a function while the environment's proxy variables, as far as readable, are unset. */
function withoutProxyVariables<T>(run: () => T): T {
  const hidden = PROXY_VARIABLES.map((name) => [name, readVariable(name)] as const);
  for (const [name, value] of hidden) if (value !== undefined) Deno.env.delete(name);
  try {
    return run();
  } finally {
    for (const [name, value] of hidden) if (value !== undefined) Deno.env.set(name, value);
  }
}

/**
 * The platform's HTTP clients, one for each way to connect.
 * @module
 */
import { NotSupportedError } from "../http/not_supported_error.ts";
import type { ResolvedConnector } from "./connector.ts";

/** Makes clients on demand and closes them together. */
export class HttpClients {
  readonly #options: ResolvedConnector;
  readonly #clients = new Map<string, Deno.HttpClient>();
  readonly #plain: boolean;

  /**
   * Creates none yet.
   *
   * @param options How to connect.
   * @throws {NotSupportedError} If the options ask for what only Deno can do, elsewhere.
   */
  constructor(options: ResolvedConnector) {
    this.#options = options;
    // Elsewhere than on Deno there is nothing to own: fetch has one pool for the program.
    this.#plain = !("Deno" in globalThis);
    const { proxy, cert, localAddress, caCerts } = options;
    if (this.#plain && ((proxy ?? cert ?? localAddress) !== null || caCerts.length > 0)) {
      throw new NotSupportedError(
        "connector",
        "this runtime's fetch takes no proxy or certificate",
      );
    }
  }

  /**
   * Gives a client.
   *
   * @param proxy Its proxy, `null` for none.
   * @param pooled Whether its connections may serve another request before and after.
   * @returns The client; `undefined` where the runtime has none.
   */
  get(proxy: string | null, pooled: boolean): Deno.HttpClient | undefined {
    if (this.#plain) return undefined;
    const key = `${pooled ? "" : "!"}${proxy ?? ""}`;
    let client = this.#clients.get(key);
    if (client === undefined) {
      client = Deno.createHttpClient(clientOptions(this.#options, proxy, pooled));
      this.#clients.set(key, client);
    }
    return client;
  }

  /** Closes them all; their idle connections end. */
  close(): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }
}

function clientOptions(
  options: ResolvedConnector,
  proxy: string | null,
  pooled: boolean,
): Deno.CreateHttpClientOptions {
  const { caCerts, cert, key, localAddress } = options;
  return {
    allowHost: true, // a Host header of the caller is sent, not dropped in silence
    http2: options.http2,
    poolIdleTimeout: options.keepAlive,
    ...(pooled && options.keepAlive > 0 ? {} : { poolMaxIdlePerHost: 0 }),
    ...(proxy === null ? {} : { proxy: platformProxy(proxy) }),
    ...(caCerts.length === 0 ? {} : { caCerts: [...caCerts] }),
    ...(cert === null || key === null ? {} : { cert, key }),
    ...(localAddress === null ? {} : { localAddress }),
  };
}

function platformProxy(proxy: string): Deno.Proxy {
  const url = new URL(proxy);
  if (url.protocol === "unix:") {
    return { transport: "unix", path: decodeURIComponent(url.pathname) };
  }
  const { username, password } = url;
  url.username = url.password = "";
  return {
    transport: url.protocol.startsWith("socks5")
      ? "socks5"
      : url.protocol === "https:"
      ? "https"
      : "http",
    url: url.href.replace(/\/$/, ""),
    ...(username === "" ? {} : {
      basicAuth: { username: decodeURIComponent(username), password: decodeURIComponent(password) },
    }),
  };
}

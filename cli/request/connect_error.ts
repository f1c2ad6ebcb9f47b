/**
 * Errors of the system, as the client names them.
 * @module
 */
import {
  ClientConnectorError,
  ClientProxyConnectionError,
  type ConnectFailure,
  type HopRequest,
  ServerDisconnectedError,
} from "../../client/mod.ts";
import { NoReplyError } from "./http_reply.ts";

/** The request could not be made; its cause is the error to throw. */
export class UnsentError extends Error {
  /** Name of the class, for telling errors apart. */
  override readonly name = "UnsentError";
}

/**
 * Why no reply came.
 *
 * @param error What the connection failed with.
 * @param hop The request.
 * @param proxy The proxy that was connected to, `null` for none.
 * @param isKnown Whether a certificate of the client's was shown.
 * @returns What the caller is told; `error` itself where it is none of a connection.
 */
export function connectError(
  error: unknown,
  hop: HopRequest,
  proxy: URL | null,
  isKnown: boolean,
): unknown {
  if (hop.signal.aborted) return hop.signal.reason;
  if (error instanceof UnsentError) return error.cause;
  if (!(error instanceof Error)) return error;
  const url = new URL(hop.url);
  const code = codeOf(error);
  if (proxy !== null && /^E(?!CONNRESET|PIPE)/.test(code)) {
    const why = `the proxy ${proxy.host} cannot be reached (${error.message})`;
    return new ClientProxyConnectionError(url, "proxy", why, { cause: error });
  }
  if (error instanceof ClientConnectorError) return error; // of the proxy
  if (error instanceof Deno.errors.NotCapable) return error;
  if (error instanceof NoReplyError || /^(?:ECONNRESET|EPIPE)$/.test(code)) {
    // In TLS 1.3 a server refuses a client without a certificate when that is through, and when the
    // request is on its way already, node:tls tells of an end instead of the alert.
    const mayBeRefused = error instanceof NoReplyError && url.protocol === "https:" && !isKnown;
    const advice = "; perhaps it wants a certificate of yours: --cert FILE and --cert-key FILE";
    const reason = `${error.message}${mayBeRefused ? advice : ""}`;
    return new ServerDisconnectedError(url, reason, { cause: error });
  }
  return new ClientConnectorError(url, kindOf(error.message, code), error.message, {
    cause: error,
  });
}

function codeOf(error: Error): string {
  return "code" in error ? String(error.code) : "";
}

function kindOf(message: string, code: string): ConnectFailure {
  if (/ENOTFOUND|EAI_/.test(code) || /failed to lookup address/.test(message)) return "dns";
  // How Deno 2.4 says that a name has no address of the family that was asked for.
  if (message === "Invalid IP address: undefined") return "dns";
  if (code === "ECONNREFUSED") return "refused";
  if (/EHOSTUNREACH|ENETUNREACH|ETIMEDOUT/.test(code)) return "unreachable";
  if (/certificate|UnknownIssuer|SELF_SIGNED|UNABLE_TO_/i.test(`${message} ${code}`)) {
    return "certificate";
  }
  return /tls|ssl|handshake/i.test(`${message} ${code}`) ? "tls" : "other";
}

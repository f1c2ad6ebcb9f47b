/**
 * Explanations of failed requests.
 * @module
 */
import {
  ClientConnectorError,
  ClientError,
  ClientProtocolError,
  ConnectionTimeoutError,
  ServerTimeoutError,
  TooManyRedirectsError,
} from "../../client/mod.ts";
import { missingPermission } from "../errors/missing_permission.ts";
import type { ParsedArgs } from "../args/parse_args.ts";
import { CommandError } from "../errors/usage_error.ts";

/** Adds the likely cause and the next command to an error. */
export function explained(error: unknown, parsed: ParsedArgs): unknown {
  if (missingPermission(error) !== null) return error; // its message is complete
  if (error instanceof ClientProtocolError) {
    const why = error.reason.replace(/^the/, "its");
    const message =
      `${error.requestInfo.url.host}: ${why}. Does it use another protocol, or https?`;
    return new CommandError(message, { cause: error });
  }
  if (error instanceof ConnectionTimeoutError) {
    const seconds = parsed.value("connect-timeout");
    return new CommandError(
      `no connection within ${seconds} s (--connect-timeout); is the host up?`,
      { exitCode: 2, cause: error },
    );
  }
  if (error instanceof ServerTimeoutError) {
    const message = `${error.message.replace(/ \(timeout\..*$/, "")}; --timeout ${
      parsed.value("timeout")
    } is the limit`;
    return new CommandError(message, { exitCode: 2, cause: error });
  }
  if (error instanceof TooManyRedirectsError) {
    const most = parsed.value("max-redirects") ?? "10";
    return new CommandError(
      `more than ${most} redirects; --max-redirects N allows more, --all shows them`,
      { exitCode: 6, cause: error },
    );
  }
  if (error instanceof ClientConnectorError) {
    const advice: Readonly<Record<string, string | undefined>> = {
      refused: "nothing listens there. Is the server running, and is the port right?",
      dns: parsed.has("ipv4") || parsed.has("ipv6")
        ? `the host has no IPv${parsed.has("ipv4") ? 4 : 6} address`
        : "host not found. Is it spelled right?",
      name: "that is not a valid host name. Is it spelled right?",
      certificate:
        "its certificate is not trusted. --verify CA.pem trusts it, --verify no skips the check",
      proxy: "it is set by --proxy, http_proxy, https_proxy or all_proxy",
      tls: /CertificateRequired|certificate required/i.test(error.message)
        ? "it requires a client certificate: --cert FILE and --cert-key FILE"
        : "TLS failed. Is it an https server? Try http://",
    };
    const more = advice[error.failure];
    return new CommandError(more === undefined ? error.message : `${error.message}: ${more}`, {
      cause: error,
    });
  }
  if (error instanceof TypeError && /^Cannot send Content-Length/.test(error.message)) {
    const message = `${error.message}; leave out the header to send the right one`;
    return new CommandError(message, { cause: error });
  }
  if (error instanceof TypeError && /^Cannot use the proxy/.test(error.message)) {
    const message = `${error.message}: look at http_proxy, https_proxy and all_proxy`;
    return new CommandError(message, { cause: error });
  }
  if (error instanceof ClientError) return new CommandError(error.message, { cause: error });
  return error;
}

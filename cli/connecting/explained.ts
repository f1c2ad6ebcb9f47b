import {
  ClientConnectorError,
  ClientError,
  ClientProtocolError,
  ConnectionTimeoutError,
  ServerTimeoutError,
  TooManyRedirectsError,
} from "../../client/mod.ts";
import { CommandError, missingPermission } from "../errors/errors.ts";
import type { ParsedArgs } from "../args/parse_args.ts";

/** Adds the likely cause and the next command to an error. */
export function explained(error: unknown, parsed: ParsedArgs): unknown {
  if (missingPermission(error) !== null) return error; // its message is complete
  const fail = (message: string, exitCode = 1): CommandError =>
    new CommandError(message, { exitCode, cause: error });
  if (error instanceof ClientProtocolError) {
    const why = error.reason.replace(/^the/, "its");
    return fail(`${error.requestInfo.url.host}: ${why}. Does it use another protocol, or https?`);
  }
  if (error instanceof ConnectionTimeoutError) {
    const limit = `${parsed.value("connect-timeout")} s (--connect-timeout)`;
    return fail(`no connection within ${limit}; is the host up?`, 2);
  }
  if (error instanceof ServerTimeoutError) {
    const limit = `--timeout ${parsed.value("timeout")} is the limit`;
    return fail(`${error.message.replace(/ \(timeout\..*$/, "")}; ${limit}`, 2);
  }
  if (error instanceof TooManyRedirectsError) {
    const most = parsed.value("max-redirects") ?? "10";
    return fail(`more than ${most} redirects; --max-redirects N allows more, --all shows them`, 6);
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
    return fail(more === undefined ? error.message : `${error.message}: ${more}`);
  }
  if (error instanceof TypeError && /^Cannot send Content-Length/.test(error.message)) {
    return fail(`${error.message}; leave out the header to send the right one`);
  }
  if (error instanceof TypeError && /^Cannot use the proxy/.test(error.message)) {
    return fail(`${error.message}: look at http_proxy, https_proxy and all_proxy`);
  }
  if (error instanceof ClientError) return fail(error.message);
  return error;
}

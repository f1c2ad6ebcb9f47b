import { AddressInUseError, readiness, runApp, socketEngine } from "../../server/mod.ts";
import type { Application, RunAppOptions } from "../../server/mod.ts";
import type { ParsedArgs } from "../args/parse_args.ts";
import { readText } from "../io/read_text.ts";
import { badArgument, CommandError, UsageError } from "../errors/errors.ts";

export function listenOptions(
  parsed: ParsedArgs,
  usual: "sockets" | "deno" = "deno",
): RunAppOptions {
  const port = parsed.number("port", { max: 65535 });
  const path = parsed.value("path");
  const hosts = parsed.all("hostname");
  const cert = parsed.value("tls-cert");
  const key = parsed.value("tls-key");
  if ((cert === undefined) !== (key === undefined)) {
    throw new UsageError("--tls-cert and --tls-key go together");
  }
  if (path !== undefined && cert !== undefined) {
    throw new UsageError(
      "--tls-cert and --path: the platform cannot use TLS on a unix socket; " +
        "use TLS in the proxy in front of it, or -H and -P instead of --path",
    );
  }
  const tls = cert !== undefined ? "--tls-cert" : parsed.has("tls") ? "--tls" : null;
  if (cert !== undefined && parsed.has("tls")) {
    throw new UsageError("--tls makes a certificate; leave it out, or --tls-cert and --tls-key");
  }
  const engine = parsed.value("engine") ?? (tls === null ? usual : "deno");
  if (engine === "sockets" && tls !== null) {
    throw new UsageError(
      `${tls} and --engine sockets: that engine does not support TLS; leave --engine out, or use ` +
        "TLS in the proxy in front",
    );
  }
  const format = parsed.value("access-log-format");
  const shutdownTimeout = parsed.ms("shutdown-timeout");
  const shutdownDelay = parsed.ms("shutdown-delay");
  return {
    // As in aiohttp: only the unix socket, unless an address is given.
    ...(hosts.length > 0 || path === undefined
      ? { host: hosts.length > 1 ? hosts : hosts[0] ?? "localhost", port: port ?? 8080 }
      : {}),
    ...(path === undefined ? {} : { path }),
    ...(cert === undefined || key === undefined
      ? {}
      : { cert: readText("tls-cert", cert), key: readText("tls-key", key) }),
    ...(parsed.has("access-log") || format !== undefined
      ? { accessLog: format === undefined ? {} : { format } }
      : {}),
    ...(engine === "sockets" ? { engine: socketEngine() } : {}),
    ...(shutdownTimeout === undefined ? {} : { shutdownTimeout }),
    ...(shutdownDelay === undefined ? {} : { shutdownDelay }),
  };
}

/** Answers `--health` before routing: a catch-all route or authentication would hide it. */
export function answerHealth(app: Application, parsed: ParsedArgs): void {
  const path = parsed.value("health");
  if (path === undefined) return;
  if (!/^\/[\w.~/-]+$/.test(path)) {
    throw badArgument("health", `"${path}" is not a path such as /healthz`);
  }
  const answer = readiness();
  app.middlewares.unshift((request, handler) => {
    const isAsked = request.path === path && /^(?:GET|HEAD)$/.test(request.method);
    return isAsked ? answer(request) : handler(request);
  });
}

const HOSTS = "-H localhost is for this machine alone, -H 0.0.0.0 for its network";

/** Runs an application and explains errors of listening. */
export async function serve(app: Application, options: RunAppOptions): Promise<void> {
  const hosts = [options.host ?? "localhost"].flat();
  const where = hosts.map((host) => `${host}:${options.port ?? 8080}`).join(", ");
  try {
    await runApp(app, options);
  } catch (cause) {
    const fail = (message: string): CommandError => new CommandError(message, { cause });
    const path = options.path ?? null;
    if (cause instanceof AddressInUseError) {
      throw fail(`${cause.message}${cause.path === null ? "; -P 0 picks a free port" : ""}`);
    }
    if (cause instanceof Deno.errors.AddrNotAvailable) {
      throw fail(`cannot listen on ${where}: this machine has no such address. ${HOSTS}`);
    }
    if (path !== null && cause instanceof Deno.errors.NotFound) {
      throw fail(`cannot listen on ${path}: no such folder`);
    }
    if (!(cause instanceof Error)) throw cause;
    if (path !== null && /SUN_LEN/.test(cause.message)) {
      throw fail(`cannot listen on ${path}: the path of a socket has at most 107 bytes`);
    }
    if (/failed to lookup address/.test(cause.message)) {
      throw fail(`cannot listen on ${where}: host not found. ${HOSTS}`);
    }
    if (cause instanceof TypeError && /^Cannot use the access log format/.test(cause.message)) {
      throw badArgument("access-log-format", `${cause.message}`, { cause });
    }
    if (cause instanceof Deno.errors.PermissionDenied) {
      throw fail(
        `cannot listen on ${path ?? where}: the system forbids it (${cause.message}). ` +
          `Ports below 1024 need root; choose another one with -P`,
      );
    }
    // The platform rejected the certificate or key, or their combination.
    const isAboutKeys = cause instanceof Deno.errors.InvalidData ||
      /certificate|private key|\bkeys?\b/i.test(cause.message);
    if (options.cert !== undefined && isAboutKeys) {
      throw fail(
        `cannot use TLS: --tls-cert has to be a certificate (PEM) and --tls-key its private ` +
          `key (PEM): ${cause.message}`,
      );
    }
    throw cause;
  }
}

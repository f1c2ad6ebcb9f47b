/**
 * `roundtrip [METHOD] URL [ITEM...]`.
 * @module
 */
import {
  bearerAuthMiddleware,
  ClientConnectorError,
  ClientError,
  type ClientMiddleware,
  type ClientResponse,
  ClientSession,
  CookieJar,
  digestAuthMiddleware,
  fetchTransport,
  type RequestOptions,
  ServerTimeoutError,
  TooManyRedirectsError,
  type Transport,
} from "../../client/mod.ts";
import { writeOut } from "../output.ts";
import type { ParsedArgs } from "../parse_args.ts";
import { readText } from "../read_text.ts";
import { CommandError, UsageError } from "../usage_error.ts";
import { visibleLine } from "../visible_text.ts";
import { curlCommand } from "./curl.ts";
import { resumeDownload, saveResponse } from "./download.ts";
import { nodeTransport, type Times } from "./node_transport.ts";
import { dataOf, type Plan, plan } from "./plan.ts";
import { partsOf, Printer, warn } from "./printer.ts";
import { NotSentError, recorder } from "./recorder.ts";
import { type SessionData, SessionFile } from "./session_file.ts";
import { stdinBody } from "./stdin_body.ts";
import { parseTarget } from "./target.ts";

/** Credentials as the user gave them. */
type Auth = { readonly type: string; readonly value: string };

/**
 * Runs the subcommand.
 *
 * @param parsed Its options and arguments.
 * @returns Exit code.
 */
export async function run(parsed: ParsedArgs): Promise<number> {
  const target = parseTarget(parsed.positionals, parsed.has("https") ? "https" : "http");
  const quiet = parsed.count("quiet") > 1;
  const planned = await plan(
    parsed,
    target,
    (method) => stdinBody(method !== null && /^(?:POST|PUT|PATCH)$/.test(method), quiet),
  );
  const given = authOf(parsed, target.credentials);
  const jar = new CookieJar({ unsafe: true });
  const file = sessionFile(parsed, planned.url);
  const kept: SessionData = await file?.load(jar) ?? { headers: {}, auth: null };
  const auth = given ?? kept.auth;
  const full = withKept(planned, kept);

  if (parsed.has("curl")) {
    await writeOut(`${curlCommand(full, extrasOf(parsed, auth))}\n`);
    return 0;
  }
  const code = await exchange(parsed, full, auth, jar);
  if (file !== null && parsed.has("session") && !parsed.has("offline")) {
    await file.save({ headers: keptHeaders(planned, kept), auth }, jar);
  }
  return code;
}

async function exchange(
  parsed: ParsedArgs,
  planned: Plan,
  auth: Auth | null,
  jar: CookieJar,
): Promise<number> {
  const isTerminal = Deno.stdout.isTerminal();
  const printer = new Printer(parsed, partsOf(parsed, isTerminal));
  const saves = parsed.has("download") || parsed.has("output") || parsed.has("continue");
  const follow = parsed.has("follow") || saves;
  const all = parsed.has("all");
  const times: Times = { connected: null, head: null };
  const offline = parsed.has("offline");
  let hops = 0;
  const transport = recorder(
    offline ? null : transportOf(parsed, times),
    planned,
    async (hop) => {
      if (hops++ === 0 || all || !follow) await printer.request(hop);
    },
    async (_hop, result) => {
      const redirects = result.status >= 300 && result.status < 400 &&
        result.headers.has("location");
      if (all && follow && redirects) await printer.head(result);
    },
  );
  const seconds = parsed.number("timeout", { max: 2_000_000, fraction: true }) ?? 0;
  await using session = new ClientSession({
    transport,
    cookieJar: jar,
    middlewares: middlewaresOf(auth, planned.url),
    timeout: { total: seconds * 1000 },
    retry: parsed.number("retry", { max: 100 }) ?? 0,
  });
  const options: RequestOptions = {
    headers: planned.headers.map(([name, value]) => [name, value]),
    skipAutoHeaders: ["accept", "accept-encoding", "user-agent", ...planned.without],
    allowRedirects: follow,
    maxRedirects: (parsed.number("max-redirects", { max: 1000 }) ?? 10) + 1,
    ...(auth?.type === "basic" ? { auth: basicOf(auth.value) } : {}),
  };
  const started = performance.now();
  try {
    if (parsed.has("continue")) {
      if (planned.body !== null || planned.method !== "GET") {
        throw new UsageError("--continue is for GET without a body");
      }
      await resumeDownload(session, planned.url, options, {
        output: parsed.value("output") ?? null,
        quiet: parsed.has("quiet"),
      });
      return 0;
    }
    await using response = await session.request(planned.method, planned.url, {
      ...options,
      ...(planned.body === null ? {} : { data: await dataOf(planned.body) }),
    });
    await printer.head(response);
    const failed = response.status >= 400;
    if (saves && !failed) {
      await saveResponse(response, planned.url, {
        output: parsed.value("output") ?? null,
        quiet: parsed.has("quiet"),
      });
    } else await printer.body(response, saves);
    await printer.meta(response, times, performance.now() - started);
    return await statusCode(parsed, response, isTerminal && !saves);
  } catch (error) {
    if (error instanceof NotSentError) return 0;
    throw explained(error, parsed);
  }
}

async function statusCode(
  parsed: ParsedArgs,
  response: ClientResponse,
  seen: boolean,
): Promise<number> {
  const { status, reason } = response;
  if (status < 300 || parsed.has("no-check-status")) return 0;
  if (status < 400 && parsed.has("follow")) return 0;
  // On a terminal the status has been printed; in a pipe nobody would know why it failed.
  if (!seen && parsed.count("quiet") < 2) await warn(`HTTP ${status} ${reason}`.trimEnd());
  return Math.floor(status / 100);
}

function transportOf(parsed: ParsedArgs, times: Times): Transport {
  const verify = parsed.value("verify") ?? "yes";
  const insecure = verify === "no" || verify === "false";
  const ca = insecure || verify === "yes" || verify === "true" ? [] : [readText("verify", verify)];
  const cert = parsed.value("cert");
  const key = parsed.value("cert-key") ?? cert;
  if (cert === undefined && parsed.has("cert-key")) throw new UsageError("--cert-key needs --cert");
  const proxy = parsed.value("proxy")?.replace(/^(?:https?|all):(?=\w+:\/\/)/, "");
  const socketPath = parsed.value("unix-socket") ?? null;
  const identity = cert === undefined || key === undefined
    ? null
    : { cert: readText("cert", cert), key: readText("cert-key", key) };
  if (proxy === undefined) {
    return nodeTransport({ verify: !insecure, ca, identity, socketPath }, times);
  }
  if (insecure || socketPath !== null) {
    throw new UsageError("--proxy cannot be had together with --verify no or --unix-socket");
  }
  try {
    return fetchTransport({ proxy, caCerts: ca, ...identity, http2: false });
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new UsageError(`argument --proxy: ${cause.message}`, { cause });
  }
}

function authOf(parsed: ParsedArgs, credentials: string | null): Auth | null {
  const value = parsed.value("auth") ?? credentials;
  const type = parsed.value("auth-type") ?? "basic";
  if (value === null || value === undefined) {
    if (parsed.has("auth-type")) throw new UsageError("--auth-type needs --auth");
    return null;
  }
  if (type === "bearer" || value.includes(":")) return { type, value };
  // A password on the command line can be read by everyone on the machine, and stays in its history.
  const password = Deno.stdin.isTerminal()
    ? promptSecret(`Password for ${visibleLine(value)}: `)
    : null;
  if (password === null) {
    throw new UsageError(`argument --auth: "${value}" has no password; expected USER:PASS`);
  }
  return { type, value: `${value}:${password}` };
}

function promptSecret(question: string): string | null {
  // First, or the terminal would show what is typed as soon as the question is there.
  Deno.stdin.setRaw(true);
  Deno.stderr.writeSync(new TextEncoder().encode(question));
  const bytes: number[] = [];
  const buffer = new Uint8Array(1);
  try {
    for (;;) {
      const count = Deno.stdin.readSync(buffer);
      const [byte = 0] = buffer;
      if (byte === 3) throw new CommandError("interrupted", { exitCode: 130 }); // Ctrl-C
      if (count === null || byte === 4) return null; // Ctrl-D
      if (byte === 13 || byte === 10) return new TextDecoder().decode(new Uint8Array(bytes));
      if (byte === 127 || byte === 8) bytes.pop();
      else bytes.push(byte);
    }
  } finally {
    Deno.stdin.setRaw(false);
    Deno.stderr.writeSync(new TextEncoder().encode("\n"));
  }
}

function basicOf(value: string): { login: string; password: string } {
  const colon = value.indexOf(":");
  return { login: value.slice(0, colon), password: value.slice(colon + 1) };
}

function middlewaresOf(auth: Auth | null, url: URL): ClientMiddleware[] {
  const { origin } = url;
  if (auth?.type === "bearer") {
    return [bearerAuthMiddleware({ getToken: () => auth.value, origin })];
  }
  return auth?.type === "digest" ? [digestAuthMiddleware({ ...basicOf(auth.value), origin })] : [];
}

function sessionFile(parsed: ParsedArgs, url: URL): SessionFile | null {
  const name = parsed.value("session") ?? parsed.value("session-read-only");
  return name === undefined ? null : new SessionFile(name, url);
}

/** The plan with the session's headers; what the user gives now counts. */
function withKept(planned: Plan, kept: SessionData): Plan {
  const own = new Set(planned.headers.map(([name]) => name.toLowerCase()));
  const added = Object.entries(kept.headers).filter(([name]) => {
    const lower = name.toLowerCase();
    return !planned.without.has(lower) && (!own.has(lower) || isDefault(planned, lower));
  });
  const names = new Set(added.map(([name]) => name.toLowerCase()));
  return {
    ...planned,
    headers: [...planned.headers.filter(([name]) => !names.has(name.toLowerCase())), ...added],
  };
}

function isDefault(planned: Plan, lower: string): boolean {
  return planned.defaults.has(lower);
}

/** Content-* and If-* belong to one request and are not kept. */
function keptHeaders(planned: Plan, kept: SessionData): Record<string, string> {
  const headers = { ...kept.headers };
  for (const [name, value] of planned.headers) {
    const lower = name.toLowerCase();
    if (
      planned.defaults.has(lower) || /^(?:content-|if-|host$|cookie$|authorization$)/.test(lower)
    ) {
      continue;
    }
    for (const old of Object.keys(headers)) if (old.toLowerCase() === lower) delete headers[old];
    headers[name] = value;
  }
  return headers;
}

function extrasOf(parsed: ParsedArgs, auth: Auth | null): Parameters<typeof curlCommand>[1] {
  return {
    auth,
    follow: parsed.has("follow") || parsed.has("download"),
    insecure: /^(?:no|false)$/.test(parsed.value("verify") ?? ""),
    timeout: parsed.number("timeout", { fraction: true }) ?? null,
    unixSocket: parsed.value("unix-socket") ?? null,
    download: parsed.has("download"),
  };
}

/** What went wrong, with the likely cause and the next command. */
function explained(error: unknown, parsed: ParsedArgs): unknown {
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
      other: /Parse Error/.test(error.message)
        ? "its reply is no HTTP. Does it talk another protocol, or https?"
        : undefined,
      refused: "nothing listens there. Is the server running, and is the port right?",
      dns: "there is no host of that name. Is it spelled right?",
      certificate: "its certificate is not trusted. --verify CA.pem trusts one, --verify no any",
      tls: "TLS failed. Is it an https server? http:// talks without",
    };
    const more = advice[error.failure];
    return new CommandError(more === undefined ? error.message : `${error.message}: ${more}`, {
      cause: error,
    });
  }
  if (error instanceof ClientError) return new CommandError(error.message, { cause: error });
  return error;
}

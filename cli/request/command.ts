import {
  type ClientResponse,
  ClientSession,
  CookieJar,
  type RequestOptions,
} from "../../client/mod.ts";
import { warn, writeOut } from "../io/output.ts";
import type { ParsedArgs } from "../args/parse_args.ts";
import { UsageError } from "../errors/usage_error.ts";
import { transportOf } from "../connecting/connection.ts";
import { type Auth, authOf, basicOf, middlewaresOf } from "../connecting/credentials.ts";
import { curlLetter } from "../connecting/curl_letters.ts";
import { curlCommand } from "./curl.ts";
import { type DownloadTarget, saveResponse } from "../saving/download.ts";
import { resumed } from "../saving/resume.ts";
import { prepareEnvironment } from "../connecting/proxy_environment.ts";
import { explained } from "../connecting/explained.ts";
import { dataOf, type Plan, plan, type PlannedBody } from "./plan.ts";
import { partsOf, savesBody } from "../output/parts.ts";
import { Printer } from "../output/printer.ts";
import { type Times, timesTrace } from "../output/times.ts";
import { Exchanges } from "./exchanges.ts";
import { NotSentError, recorder } from "./recorder.ts";
import type { SessionData } from "../saving/foreign_session.ts";
import { SessionFile } from "../saving/session_file.ts";
import { stdinBody } from "./stdin_body.ts";
import { headerBytes } from "../connecting/items.ts";
import { parseTarget, type Target } from "../connecting/target.ts";

export async function run(parsed: ParsedArgs): Promise<number> {
  const target = targetOf(parsed);
  const quiet = parsed.count("quiet") > 1;
  const stdin = (method: string | null) => stdinBody(method !== null, quiet, parsed.has("chunked"));
  const planned = await plan(parsed, target, stdin);
  const given = await authOf(parsed, target);
  const jar = new CookieJar({ unsafe: true });
  const name = parsed.value("session") ?? parsed.value("session-read-only");
  const file = name === undefined ? null : new SessionFile(name, planned.url);
  const kept: SessionData = await file?.load(jar) ?? { headers: [], auth: null };
  const auth = given ?? kept.auth;
  const full = withKept(planned, kept);

  if (parsed.has("curl") || parsed.has("curl-long")) {
    await writeOut(`${curlCommand(full, parsed, auth)}\n`);
    return 0;
  }
  const wired = {
    ...full,
    headers: full.headers.map(([name, value]) => [name, headerBytes(value)] as const),
  };
  const sent = file === null ? wired : withoutCookies(wired, jar);
  const saved = parsed.value("save");
  const saving = saved === undefined ? null : await import("./save_request.ts");
  if (saved !== undefined) saving?.checkSaved(saved, planned);
  const code = await exchange(parsed, sent, auth, jar);
  if (saved !== undefined) await saving?.saveRequest(saved, planned, given, code === 3);
  if (file !== null && parsed.has("session") && !parsed.has("offline")) {
    await file.save({ headers: keptHeaders(planned, kept), auth }, jar);
  }
  return code;
}

function targetOf(parsed: ParsedArgs): Target {
  const letter = curlLetter(parsed, false);
  if (letter !== null) throw new UsageError(`"${parsed.positionals[0]}" is not a URL: ${letter}`);
  let target: Target;
  try {
    const scheme = parsed.value("default-scheme") === "https" ? "https" : "http";
    target = parseTarget(parsed.positionals, scheme);
  } catch (cause) {
    const why = parsed.positionals.length > 1 ? curlLetter(parsed, true) : null;
    if (why === null || !(cause instanceof UsageError)) throw cause;
    throw new UsageError(`${cause.message}. ${why}`, { cause });
  }
  const method = parsed.value("request")?.toUpperCase();
  if (method === undefined) return target;
  if (!/^[!#$%&'*+.^_`|~0-9A-Z-]+$/.test(method)) {
    throw new UsageError(`argument -X: "${method}" is not an HTTP method`);
  }
  return { ...target, method };
}

async function exchange(
  parsed: ParsedArgs,
  planned: Plan,
  auth: Auth | null,
  jar: CookieJar,
): Promise<number> {
  const isTerminal = Deno.stdout.isTerminal();
  const parts = partsOf(parsed, isTerminal);
  const printer = new Printer(parsed, parts);
  const saves = savesBody(parsed);
  const follow = parsed.has("follow") || saves;
  const times: Times = { lookup: null, connected: null, secured: null, head: null };
  const offline = parsed.has("offline");
  const isSingle = offline || (!follow && auth === null && !parsed.has("retry"));
  const exchanges = new Exchanges(parsed, printer, isSingle);
  const { body } = planned;
  const compress = parsed.count("compress") > 1 ||
    (parsed.has("compress") && body !== null && await isSmallerCompressed(body));
  const transport = recorder(
    offline ? null : await transportOf(parsed, parts.has("m")),
    {
      ...planned,
      chunked: parsed.has("chunked"),
      size: body?.kind === "piped" && !compress ? body.size : null,
    },
    exchanges,
  );
  prepareEnvironment(auth === null && !parsed.has("ignore-netrc"));
  const ms = (name: "timeout" | "connect-timeout"): number => parsed.ms(name, 2_000_000) ?? 0;
  await using session = new ClientSession({
    transport,
    cookieJar: jar,
    trustEnv: true,
    middlewares: middlewaresOf(auth, planned.url),
    timeout: { total: ms("timeout"), sockConnect: ms("connect-timeout") },
    traceConfigs: [timesTrace(times)],
    retry: parsed.number("retry", { max: 100 }) ?? 0,
  });
  const options: RequestOptions = {
    skipAutoHeaders: ["accept", "accept-encoding", "user-agent", ...planned.without],
    allowRedirects: follow,
    maxRedirects: (parsed.number("max-redirects", { max: 1000 }) ?? 10) + 1,
    ...(auth?.type === "basic" ? { auth: basicOf(auth.value) } : {}),
  };
  const encodes = planned.headers.some(([name]) => /^content-encoding$/i.test(name));
  if (parsed.has("compress") && encodes) {
    throw new UsageError("--compress sets Content-Encoding; leave out the header");
  }
  const started = performance.now();
  try {
    const resumes = parsed.has("continue");
    if (resumes && (planned.body !== null || planned.method !== "GET")) {
      throw new UsageError(
        "--continue is for GET without a body; curl's cookie jar, -c, is --session NAME",
      );
    }
    const send = async (more: readonly (readonly [string, string])[]): Promise<ClientResponse> =>
      await session.request(planned.method, planned.url, {
        ...options,
        headers: [...planned.headers, ...more].map(([name, value]) => [name, value]),
        ...(planned.body === null ? {} : { data: await dataOf(planned.body), compress }),
      });
    const target: DownloadTarget = {
      output: parsed.value("output") ?? null,
      keep: parsed.has("no-clobber"),
      quiet: parsed.has("quiet"),
    };
    const resume = resumes ? await resumed(send, planned.url, target) : null;
    await using response = resume?.response ?? await send([]);
    if (resume?.isComplete) return 0;
    await exchanges.end();
    await printer.head(response);
    const failed = response.status >= 400;
    if (saves && !failed) await saveResponse(response, planned.url, target, resume ?? undefined);
    else await printer.body(response, saves);
    await printer.meta(response, times, performance.now() - started);
    return await statusCode(parsed, response, isTerminal && !saves);
  } catch (error) {
    if (error instanceof NotSentError) return 0;
    await exchanges.end();
    throw explained(error, parsed);
  }
}

/** Whether compression makes a body smaller; assumed for a body that is not in memory. */
async function isSmallerCompressed(body: PlannedBody): Promise<boolean> {
  const data = body.kind === "text"
    ? new TextEncoder().encode(body.text)
    : body.kind === "piped"
    ? body.data
    : null;
  if (!(data instanceof Uint8Array)) return true;
  const stream = new Blob([data]).stream().pipeThrough(new CompressionStream("deflate"));
  return (await new Response(stream).arrayBuffer()).byteLength < data.length;
}

async function statusCode(
  parsed: ParsedArgs,
  response: ClientResponse,
  seen: boolean,
): Promise<number> {
  const { status, reason } = response;
  if (status < 300 || parsed.has("no-check-status")) return 0;
  if (status < 400 && parsed.has("follow")) return 0;
  // In a pipe the status has not been printed, so the failure is explained here.
  if (!seen && parsed.count("quiet") < 2) await warn(`HTTP ${status} ${reason}`.trimEnd());
  return Math.floor(status / 100);
}

/** Adds the session's headers; those of the command line win. */
function withKept(planned: Plan, kept: SessionData): Plan {
  const own = new Set(planned.headers.map(([name]) => name.toLowerCase()));
  const added = kept.headers.filter(([name]) => {
    const lower = name.toLowerCase();
    return !planned.without.has(lower) && (!own.has(lower) || planned.defaults.has(lower));
  });
  return { ...planned, headers: replaced(planned.headers, added) };
}

/** Adds headers in place of those of the same names. */
function replaced(before: SessionData["headers"], added: SessionData["headers"]) {
  const names = new Set(added.map(([name]) => name.toLowerCase()));
  return [...before.filter(([name]) => !names.has(name.toLowerCase())), ...added];
}

/** Moves cookies of the command line to the session's jar. */
function withoutCookies(planned: Plan, jar: CookieJar): Plan {
  const isCookie = ([name]: readonly [string, string]): boolean => name.toLowerCase() === "cookie";
  for (const [, value] of planned.headers.filter(isCookie)) {
    for (const pair of value.split(/;\s*/)) {
      const [, name, text] = /^([^=]+)=(.*)$/.exec(pair) ?? [];
      if (name === undefined || text === undefined) continue;
      jar.updateCookies([[name, text]], new URL("/", planned.url));
    }
  }
  return { ...planned, headers: planned.headers.filter((each) => !isCookie(each)) };
}

/** Headers to save in the session; Content-* and If-* belong to one request. */
function keptHeaders(planned: Plan, kept: SessionData): SessionData["headers"] {
  const own = planned.headers.filter(([name]) => {
    const lower = name.toLowerCase();
    return !planned.defaults.has(lower) &&
      !/^(?:content-|if-|host$|cookie$|authorization$)/.test(lower);
  });
  return replaced(kept.headers, own);
}

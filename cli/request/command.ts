import { CookieJar } from "../../client/mod.ts";
import { writeOut } from "../io/output.ts";
import type { ParsedArgs } from "../args/parse_args.ts";
import { UsageError } from "../errors/errors.ts";
import { type Auth, authOf } from "../connecting/credentials.ts";
import { curlLetter } from "../connecting/curl_letters.ts";
import { curlCommand } from "./curl.ts";
import { transportOf } from "../connecting/connection.ts";
import { partsOf } from "../output/parts.ts";
import { isOneFile } from "../saving/download.ts";
import { exchange } from "./exchange.ts";
import { type Plan, plan } from "./plan.ts";
import { type SessionData, SessionFile } from "../saving/session_file.ts";
import { stdinBody } from "./stdin_body.ts";
import { headerBytes } from "../connecting/items.ts";
import { parseTarget, type Target } from "../connecting/target.ts";

export async function run(parsed: ParsedArgs): Promise<number> {
  const target = targetOf(parsed);
  const quiet = parsed.count("quiet") > 1;
  const stdin = (method: string | null) => stdinBody(method !== null, quiet, parsed.has("chunked"));
  const all = await plan(parsed, target, stdin);
  const [planned] = all;
  checkMany(parsed, all);
  const given = await authOf(parsed, target);
  const jar = new CookieJar({ unsafe: true });
  const name = parsed.value("session") ?? parsed.value("session-read-only");
  const file = name === undefined ? null : new SessionFile(name, planned.url);
  const kept: SessionData = await file?.load(jar) ?? { headers: [], auth: null };
  const plans: [Plan, Auth | null][] = [[planned, given]];
  const isForAll = parsed.has("auth") || parsed.has("bearer");
  for (const [at, own] of target.others.entries()) {
    plans.push([all[at + 1] ?? planned, isForAll ? given : await authOf(parsed, own)]);
  }
  if (parsed.has("curl") || parsed.has("curl-long")) {
    for (const [each, own] of plans) {
      await writeOut(`${curlCommand(withKept(each, kept), parsed, own ?? kept.auth)}\n`);
    }
    return 0;
  }
  const path = parsed.value("save");
  const saving = path === undefined ? null : await import("./save_request.ts");
  if (path !== undefined) saving?.checkSaved(path, planned);
  const facts = parsed.has("write-out") || parsed.has("json-meta")
    ? (await import("../output/write_out.ts")).factsWriter(parsed)
    : null;
  const needsTls = partsOf(parsed, false).has("m");
  const transport = parsed.has("offline") ? null : await transportOf(parsed, needsTls);
  const shared = { parsed, jar, transport, facts, isMany: plans.length > 1 };
  const send = async ([each, own]: [Plan, Auth | null], turn: Promise<void>): Promise<number> => {
    const full = withKept(each, kept);
    const headers = full.headers.map(([name, value]) => [name, headerBytes(value)] as const);
    const wired = { ...full, headers };
    const sent = file === null ? wired : withoutCookies(wired, jar);
    const code = await exchange(shared, sent, own ?? kept.auth, turn);
    if (path !== undefined) await saving?.saveRequest(path, each, own, code === 3);
    return code;
  };
  try {
    const code = plans.length === 1
      ? await send([planned, given], Promise.resolve())
      : await (await import("./several.ts")).sendAll(plans, send, parsed.number("parallel") ?? 1);
    if (file !== null && parsed.has("session") && !parsed.has("offline")) {
      await file.save({ headers: keptHeaders(planned, kept), auth: given ?? kept.auth }, jar);
    }
    return code;
  } finally {
    transport?.close();
  }
}

/** Refuses what only one URL can have. */
function checkMany(parsed: ParsedArgs, [{ url, body }, ...others]: [Plan, ...Plan[]]): void {
  parsed.number("parallel", { min: 1, max: 100 });
  if (others.length === 0) return;
  if (isOneFile(parsed.value("output"))) {
    throw new UsageError("--output FILE is for one URL; -o FOLDER/ keeps the name of each");
  }
  if (body?.kind === "piped" && !(body.data instanceof Uint8Array)) {
    throw new UsageError("standard input can be sent to one URL only; @FILE is read for each");
  }
  const isOther = others.some((each) => each.url.host !== url.host);
  if (isOther && (parsed.has("session") || parsed.has("session-read-only"))) {
    throw new UsageError("--session is for the URLs of one host");
  }
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

// Facts of an exchange for scripts: --write-out in curl's format, --json-meta.
import type { ClientResponse } from "../../client/mod.ts";
import { meant } from "../args/suggest.ts";
import type { ParsedArgs } from "../args/parse_args.ts";
import type { RequestOption } from "../specs/request.ts";
import { badArgument, unwritable } from "../errors/errors.ts";
import { writeErr, writeOut } from "../io/output.ts";
import { readText } from "../io/read_text.ts";
import { visibleText } from "../io/visible_text.ts";
import type { Times } from "./times.ts";

export interface Ended {
  /** URL and method of the first request. */
  readonly url: URL;
  readonly method: string;
  /** The reply, `null` if there was none. */
  readonly response: ClientResponse | null;
  readonly times: Times;
  /** Start by `performance.now()`, in ms. */
  readonly started: number;
  readonly exitCode: number;
  readonly error: string | null;
}

type Fact = (ended: Ended) => string | number | null;

const at = (name: "lookup" | "connected" | "secured" | "head" | "ended"): Fact => (ended) => {
  const { times, started } = ended;
  const ms = times[name];
  return ms === null ? 0 : Math.round((times.started - started + ms) * 1000) / 1e6;
};
const perSecond = (name: "sent" | "received"): Fact => (ended) =>
  Math.round(ended.times[name] / Math.max(Number(at("ended")(ended)), 1e-6));
const header = (name: string) => ({ response }: Pick<Ended, "response">): string | null =>
  response?.headers.get(name) ?? null;
const status: Fact = ({ response }) => response?.status ?? 0;

/** Facts by curl's names; times are in seconds since the start, also with redirects. */
const FACTS = new Map(Object.entries<Fact>({
  url: ({ url }) => url.href,
  url_effective: ({ response, url }) => (response?.url ?? url).href,
  method: ({ response, method }) => response?.method ?? method,
  http_code: status,
  response_code: status,
  http_version: ({ response }) => response === null ? "0" : response.version ?? "1.1",
  content_type: header("content-type"),
  redirect_url: ({ response }) => {
    const location = header("location")({ response });
    return location === null ? null : URL.parse(location, response?.url)?.href ?? null;
  },
  num_redirects: ({ response }) => response?.history.length ?? 0,
  time_namelookup: at("lookup"),
  time_connect: at("connected"),
  time_appconnect: at("secured"),
  time_starttransfer: at("head"),
  time_redirect: ({ response, times, started }) =>
    (response?.history.length ?? 0) === 0 ? 0 : Math.round((times.started - started) * 1000) / 1e6,
  time_total: at("ended"),
  size_download: ({ times }) => times.received,
  size_upload: ({ times }) => times.sent,
  speed_download: perSecond("received"),
  speed_upload: perSecond("sent"),
  remote_ip: ({ response }) => response?.connection?.remoteAddress?.hostname ?? null,
  remote_port: ({ response }) => response?.connection?.remoteAddress?.port ?? 0,
  local_ip: ({ response }) => response?.connection?.localAddress?.hostname ?? null,
  local_port: ({ response }) => response?.connection?.localAddress?.port ?? 0,
  exitcode: ({ exitCode }) => exitCode,
  errormsg: ({ error }) => error,
}));

/** All facts, as one line of JSON without a line feed. */
function jsonOf(ended: Ended): string {
  return JSON.stringify(Object.fromEntries([...FACTS].map(([name, fact]) => [name, fact(ended)])));
}

type Piece = { readonly to: "stdout" | "stderr" } | { readonly text: (ended: Ended) => string };

const ESCAPED: Readonly<Record<string, string>> = { "\\n": "\n", "\\r": "\r", "\\t": "\t" };

/** Parses a format of curl's `--write-out`; an unknown name is an error. */
function parseFormat(format: string): Piece[] {
  const piece = /%%|%\{?header\{([^}]*)\}\}?|%\{([^}]*)\}|\\[nrt]|[^%\\]+|[^]/g;
  return [...format.matchAll(piece)].map(([whole, field, name]): Piece => {
    if (field !== undefined) return { text: (ended) => `${header(field)(ended) ?? ""}` };
    if (name === undefined) return { text: () => whole === "%%" ? "%" : ESCAPED[whole] ?? whole };
    if (name === "stdout" || name === "stderr") return { to: name };
    if (name === "json") return { text: jsonOf };
    const fact = FACTS.get(name);
    if (fact !== undefined) return { text: (ended) => written(name, fact(ended)) };
    const names = [...FACTS.keys(), "json", "stdout", "stderr"];
    const advice = meant(name, names, `known are ${names.join(", ")} and header{NAME}`);
    throw badArgument("write-out", `%{${name}} is unknown; ${advice}`);
  });
}

/** A fact as curl writes it: `0.012345`, `000`. */
function written(name: string, value: string | number | null): string {
  if (name.startsWith("time_")) return Number(value).toFixed(6);
  if (/^(?:http|response)_code$/.test(name)) return `${value}`.padStart(3, "0");
  return `${value ?? ""}`;
}

export type FactsWriter = (ended: Ended) => Promise<void>;

/** The writer for the options, `null` if they want none; empties the file of `--json-meta`. */
export function factsWriter(parsed: ParsedArgs<RequestOption>): FactsWriter | null {
  const format = parsed.value("write-out");
  const file = parsed.value("json-meta"); // "" is standard error
  if (format === undefined && file === undefined) return null;
  const text = format?.startsWith("@") ? readText("write-out", format.slice(1)) : format ?? "";
  const pieces = parseFormat(text);
  if (file) saveFacts(file, "", false);
  return async (ended) => {
    const texts = { stdout: "", stderr: "" };
    let to: "stdout" | "stderr" = "stdout";
    for (const piece of pieces) {
      if ("to" in piece) to = piece.to;
      else texts[to] += piece.text(ended);
    }
    if (file === "") texts.stderr += `${jsonOf(ended)}\n`;
    else if (file !== undefined) saveFacts(file, `${jsonOf(ended)}\n`, true);
    const { stdout, stderr } = texts;
    if (stdout !== "") await writeOut(Deno.stdout.isTerminal() ? visibleText(stdout) : stdout);
    if (stderr !== "") await writeErr(Deno.stderr.isTerminal() ? visibleText(stderr) : stderr);
  };
}

function saveFacts(path: string, text: string, append: boolean): void {
  try {
    Deno.writeTextFileSync(path, text, { append });
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

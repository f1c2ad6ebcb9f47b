import { ClientSession, CookieJar, DummyCookieJar } from "../../client/mod.ts";
import { meant } from "../args/suggest.ts";
import type { ParsedArgs } from "../args/parse_args.ts";
import { prepareEnvironment, transportOf } from "../connecting/connection.ts";
import { badArgument, CommandError, unreadable, unwritable, UsageError } from "../errors/errors.ts";
import { writeOut } from "../io/output.ts";
import type { RunOption } from "../specs/run.ts";
import { type RequestFile, titleOf } from "./entry.ts";
import { FileRun } from "./file_run.ts";
import { parseHttpFile } from "./http_file.ts";
import { parseHurlFile } from "./hurl_file.ts";
import { junitText, type Result, summaryText, tapText } from "./report.ts";

export async function run(parsed: ParsedArgs<RunOption>): Promise<number> {
  if (parsed.positionals.length === 0) {
    throw new UsageError("the file is missing: roundtrip run api.http");
  }
  const given = new Map(parsed.all("var").map(variableOf));
  const files = await Array.fromAsync(parsed.positionals, readFile);
  checkNames(files, parsed.all("name"));
  const started = performance.now();
  const results: Result[] = [];
  prepareEnvironment(true);
  const transport = await transportOf(parsed, false);
  const options = { transport, trustEnv: true, timeout: { total: parsed.ms("timeout") ?? 0 } };
  const jar = new CookieJar({ unsafe: true });
  await using session = new ClientSession({ ...options, cookieJar: jar });
  await using plain = new ClientSession({ ...options, cookieJar: new DummyCookieJar() });
  for (const file of files) {
    const runner = new FileRun(parsed, file, new Map(given), { session, plain, jar }, results);
    if (!await runner.run()) break;
  }
  const isTest = parsed.has("test");
  if (isTest) await writeOut(summaryText(results, performance.now() - started));
  await writeReport(parsed.value("report-tap"), () => tapText(results));
  await writeReport(parsed.value("report-junit"), () => junitText(results));
  return results.every(({ failures }) => failures.length === 0) ? 0 : 1;
}

async function readFile(path: string): Promise<RequestFile> {
  let bytes: Uint8Array;
  try {
    bytes = await (path === "-" ? new Response(Deno.stdin.readable).bytes() : Deno.readFile(path));
  } catch (cause) {
    throw unreadable(path, cause);
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    const advice = "put a binary body into a file of its own, and write < ./FILE";
    throw new CommandError(`${path} is not UTF-8 text; ${advice}`, { cause });
  }
  return path.endsWith(".hurl") ? parseHurlFile(path, text) : parseHttpFile(path, text);
}

function variableOf(text: string): [name: string, value: string] {
  const [, name, value = ""] = /^([\w.-]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined) throw badArgument("var", `"${text}" is not NAME=VALUE`);
  return [name, value];
}

function checkNames(files: readonly RequestFile[], names: readonly string[]): void {
  const known = files.flatMap(({ entries }) => entries.map(titleOf));
  if (known.length === 0) throw new CommandError(`${files[0]?.path} has no requests`);
  for (const name of names) {
    if (known.includes(name)) continue;
    const advice = meant(name, known, `there are ${known.join(", ")}`);
    throw badArgument("name", `no request "${name}"; ${advice}`);
  }
}

async function writeReport(path: string | undefined, text: () => string): Promise<void> {
  if (path === undefined) return;
  if (path === "-") return await writeOut(text());
  await Deno.writeTextFile(path, text()).catch((cause) => {
    throw unwritable(path, cause);
  });
}

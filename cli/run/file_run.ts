import { basename } from "node:path";
import type { ClientResponse, ClientSession, CookieJar } from "../../client/mod.ts";
import type { ParsedArgs } from "../args/parse_args.ts";
import { explained } from "../connecting/explained.ts";
import { CommandError } from "../errors/errors.ts";
import { askSecret } from "../io/ask_secret.ts";
import { writeErr, writeOut } from "../io/output.ts";
import { paintOf } from "../io/paint.ts";
import { VERSION } from "../io/version.ts";
import { visibleLine } from "../io/visible_text.ts";
import { Printer } from "../output/printer.ts";
import type { RunOption } from "../specs/run.ts";
import type { Check, Reply } from "./check.ts";
import { badLine, type Entry, type RequestFile, titleOf } from "./entry.ts";
import { dotenvOf, environmentOf } from "./environments.ts";
import { type Result, resultText } from "./report.ts";
import { type Ready, readyEntry, sendReady } from "./send_entry.ts";
import { NotSentYet, replaceVariables, type Sent, type Sources } from "./variables.ts";

export interface Sessions {
  readonly session: ClientSession;
  /** A session that keeps no cookies. */
  readonly plain: ClientSession;
  readonly jar: CookieJar;
}

/** The requests of one file, each sent once, and those that others refer to before them. */
export class FileRun {
  readonly #parsed: ParsedArgs<RunOption>;
  readonly #file: RequestFile;
  readonly #sources: Sources;
  readonly #requests: Map<string, Sent | null>;
  readonly #sessions: Sessions;
  readonly #results: Result[];
  readonly #done = new Set<Entry>();

  constructor(
    parsed: ParsedArgs<RunOption>,
    file: RequestFile,
    given: Map<string, string>,
    sessions: Sessions,
    results: Result[],
  ) {
    this.#parsed = parsed;
    this.#file = file;
    this.#sessions = sessions;
    this.#results = results;
    this.#requests = new Map(
      file.entries.flatMap(({ name }) => name === null ? [] : [[name, null] as const]),
    );
    this.#sources = {
      given,
      file: file.variables,
      environment: environmentOf(file.path, parsed.value("env") ?? null),
      dotenv: dotenvOf(file.path),
      requests: this.#requests,
    };
  }

  /** Runs the chosen requests; `false` if the rest of the run is to be left out. */
  async run(): Promise<boolean> {
    const names = this.#parsed.all("name");
    for (const entry of this.#file.entries) {
      if (names.length > 0 && !names.includes(titleOf(entry))) continue;
      await this.#entry(entry, []);
      const failed = (this.#results.at(-1)?.failures.length ?? 0) > 0;
      if (failed && this.#parsed.has("fail-fast")) return false;
    }
    return true;
  }

  async #entry(entry: Entry, waiting: readonly Entry[]): Promise<void> {
    if (this.#done.has(entry)) return;
    const started = performance.now();
    let ready: Ready;
    try {
      ready = await this.#ready(entry, waiting);
    } catch (error) {
      this.#done.add(entry);
      return await this.#failed(entry, `${entry.method} ${entry.url}`, error, started);
    }
    this.#done.add(entry);
    await this.#send(entry, ready);
  }

  /** Reports a request without a reply; where nothing reports, its error ends the run. */
  async #failed(entry: Entry, request: string, error: unknown, started: number): Promise<void> {
    const isReported = (["test", "report-tap", "report-junit"] as const)
      .some((each) => this.#parsed.has(each));
    if (!isReported || !(error instanceof CommandError)) throw error;
    const { line } = entry;
    await this.#report({
      ...this.#named(entry, request),
      status: null,
      duration: performance.now() - started,
      checks: 0,
      failures: [{ line, text: error.message }],
    });
  }

  #named(entry: Entry, request: string): Pick<Result, "file" | "line" | "title" | "request"> {
    const title = entry.name === null && entry.title === "" ? request : titleOf(entry);
    return { file: basename(this.#file.path), line: entry.line, title, request };
  }

  /** Replaces the variables of a request; those whose replies it needs are sent before. */
  async #ready(entry: Entry, waiting: readonly Entry[]): Promise<Ready> {
    for (;;) {
      try {
        for (const each of entry.prompts) this.#ask(each.name, each.text);
        return await readyEntry(entry, this.#file.path, this.#replace);
      } catch (cause) {
        if (cause instanceof SyntaxError) throw badLine(this.#file.path, entry.line, cause.message);
        if (!(cause instanceof NotSentYet)) throw cause;
        const needed = this.#file.entries.find(({ name }) => name === cause.request);
        const isSent = needed === undefined || this.#done.has(needed);
        if (isSent || needed === entry || waiting.includes(needed)) {
          const why = isSent ? "has no reply" : "refers back to it";
          throw badLine(this.#file.path, entry.line, `{{${cause.request}...}} ${why}`);
        }
        await this.#entry(needed, [...waiting, entry]);
      }
    }
  }

  readonly #replace = (text: string): string => replaceVariables(text, this.#sources);

  async #send(entry: Entry, ready: Ready): Promise<void> {
    const started = performance.now();
    const { session, plain, jar } = this.#sessions;
    const { url } = ready;
    const request = `${ready.method} ${visibleLine(url.pathname + url.search)}`;
    const isTest = this.#parsed.has("test");
    let reply: Reply;
    try {
      const chosen = entry.cookies ? session : plain;
      await using response = await sendReady(chosen, ready, entry, DEFAULTS);
      reply = await replyOf(response, jar, started);
    } catch (error) {
      const cause = explained(error, this.#parsed as ParsedArgs);
      return await this.#failed(entry, request, cause, started);
    }
    const body = ready.body instanceof Uint8Array ? new TextDecoder().decode(ready.body) : "";
    if (entry.name !== null) {
      const headers = new Headers(ready.headers);
      this.#requests.set(entry.name, { reply, request: { headers, body } });
    }
    const failures = entry.checks.flatMap((each) => {
      const text = this.#failure(each, reply);
      return text === null ? [] : [{ line: each.line, text }];
    });
    // Without assertions a request passes unless the server refuses it.
    if (isTest && entry.checks.length === 0 && reply.status >= 400) {
      failures.push({ line: entry.line, text: `the status is ${reply.status}` });
    }
    for (const { name, query } of entry.captures) {
      const value = query.read(reply, this.#replace);
      if (value === undefined || value instanceof Uint8Array) {
        failures.push({ line: entry.line, text: `no value to keep as ${name}: ${query.text}` });
      } else {
        this.#sources.given.set(name, typeof value === "string" ? value : JSON.stringify(value));
      }
    }
    const { status, duration } = reply;
    const checks = entry.checks.length;
    if (!isTest) await this.#print(reply);
    await this.#report({ ...this.#named(entry, request), status, duration, checks, failures });
  }

  /** What an assertion lacks; a variable without a value is a failure of it. */
  #failure(check: Check, reply: Reply): string | null {
    try {
      return check.failure(reply, this.#replace);
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof NotSentYet)) throw error;
      return `${check.text}: ${error.message}`;
    }
  }

  /** Prints a reply as `roundtrip URL` does. */
  async #print(reply: Reply): Promise<void> {
    const isTerminal = Deno.stdout.isTerminal();
    const parts = new Set(this.#parsed.has("headers") ? "h" : isTerminal ? "hb" : "b");
    const printer = new Printer(this.#parsed as ParsedArgs, parts);
    await printer.buffered(reply, reply.bytes);
    if (reply.bytes.length > 0 && !isTerminal && reply.bytes.at(-1) !== 10) await writeOut("\n");
  }

  async #report(result: Result): Promise<void> {
    this.#results.push(result);
    if (this.#parsed.has("test")) {
      await writeOut(resultText(result, paintOf(Deno.stdout)));
    } else if (result.failures.length > 0) {
      await writeErr(resultText(result, paintOf(Deno.stderr)));
    }
  }

  #ask(name: string, text: string): void {
    if (this.#sources.given.has(name)) return;
    const value = askSecret(this.#parsed as ParsedArgs, `${text}: `);
    if (value === null) {
      throw new SyntaxError(`a value for ${name} is asked for: give it by --var ${name}=VALUE`);
    }
    this.#sources.given.set(name, value);
  }
}

const DEFAULTS = [["User-Agent", `roundtrip/${VERSION}`], ["Accept", "*/*"]] as const;

async function replyOf(
  response: ClientResponse,
  jar: CookieJar,
  started: number,
): Promise<Reply> {
  const { status, reason, version, url, headers, rawHeaders } = response;
  const bytes = new Uint8Array(await response.read());
  const text = await response.text({ errors: "replace" });
  const duration = performance.now() - started;
  return {
    ...{ status, reason, url: `${url}`, headers, rawHeaders, bytes, text, duration },
    version: version ?? "1.1",
    cookies: new Map(jar.filterCookies(url)),
  };
}

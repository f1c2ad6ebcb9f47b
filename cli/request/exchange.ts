import { ClientSession } from "../../client/mod.ts";
import type { ClientResponse, CookieJar, RequestOptions, Transport } from "../../client/mod.ts";
import type { ParsedArgs } from "../args/parse_args.ts";
import { type Auth, basicOf, middlewaresOf } from "../connecting/credentials.ts";
import { explained } from "../connecting/explained.ts";
import { prepareEnvironment } from "../connecting/connection.ts";
import { CommandError, messageOf, UsageError } from "../errors/errors.ts";
import { warn } from "../io/output.ts";
import { partsOf, savesBody } from "../output/parts.ts";
import { Printer } from "../output/printer.ts";
import { ProgressBar } from "../output/progress_bar.ts";
import { newTimes, timesTrace } from "../output/times.ts";
import type { FactsWriter } from "../output/write_out.ts";
import { type DownloadTarget, saveResponse } from "../saving/download.ts";
import { resumed } from "../saving/resume.ts";
import { Exchanges, NotSentError, recorder } from "./exchanges.ts";
import { dataOf, type Plan, type PlannedBody } from "./plan.ts";

/** Time of an upload before its bar appears, in ms. */
const BAR_DELAY = 500;

export interface Shared {
  readonly parsed: ParsedArgs;
  readonly jar: CookieJar;
  /** Transport, `null` for `--offline`. */
  readonly transport: Transport | null;
  readonly facts: FactsWriter | null;
  readonly isMany: boolean;
}

/** Sends a request, prints or saves the reply after `turn`, and returns the exit code. */
export async function exchange(
  { parsed, jar, transport: inner, facts, isMany }: Shared,
  planned: Plan,
  auth: Auth | null,
  turn: Promise<void>,
): Promise<number> {
  const isTerminal = Deno.stdout.isTerminal();
  const saves = savesBody(parsed);
  // Heads between the progress bars would hold up the downloads.
  const parts = partsOf(parsed, isTerminal && !(isMany && saves));
  const printer = new Printer(parsed, parts, turn);
  const follow = parsed.has("follow") || saves;
  const times = newTimes();
  const offline = parsed.has("offline");
  const isSingle = offline || (!follow && auth === null && !parsed.has("retry"));
  const exchanges = new Exchanges(parsed, printer, isSingle, turn);
  const { body } = planned;
  const compress = parsed.count("compress") > 1 ||
    (parsed.has("compress") && body !== null && await isSmallerCompressed(body));
  const transport = recorder(
    inner,
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
    traceConfigs: [timesTrace(times, facts !== null)],
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
  const quiet = parsed.has("quiet");
  const bar = body === null || body.kind === "text" || offline
    ? null
    : new ProgressBar(`to ${planned.url.host}`, quiet, 0, BAR_DELAY);
  const started = performance.now();
  let reply: ClientResponse | null = null;
  let isWritten = false;
  const end = async (exitCode: number, error: string | null): Promise<void> => {
    if (isWritten) return;
    isWritten = true;
    times.ended ??= performance.now() - times.started;
    bar?.clear();
    await turn;
    const { url, method } = planned;
    await facts?.({ url, method, response: reply, times, started, exitCode, error });
  };
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
        ...(bar === null ? {} : { onUploadProgress: (each) => bar.update(each) }),
        headers: [...planned.headers, ...more].map(([name, value]) => [name, value]),
        ...(planned.body === null ? {} : { data: await dataOf(planned.body), compress }),
      });
    const target: DownloadTarget = {
      output: parsed.value("output") ?? null,
      keep: parsed.has("no-clobber"),
      quiet,
    };
    const resume = resumes ? await resumed(send, planned.url, target) : null;
    await using response = resume?.response ?? await send([]);
    reply = response;
    bar?.clear();
    if (resume?.isComplete) return 0;
    await exchanges.end();
    await printer.head(response);
    const failed = response.status >= 400;
    if (target.output === "-") await turn;
    if (saves && !failed) await saveResponse(response, planned.url, target, resume ?? undefined);
    else if (facts !== null && !saves && !parts.has("b")) await drained(response);
    else await printer.body(response, saves);
    await printer.meta(response, times, performance.now() - started);
    const code = statusCode(parsed, response);
    await end(code, null);
    // In a pipe the status has not been printed, so the failure is explained here.
    if (code !== 0 && (!isTerminal || saves) && parsed.count("quiet") < 2) {
      await warn(`HTTP ${response.status} ${response.reason}`.trimEnd());
    }
    return code;
  } catch (error) {
    if (error instanceof NotSentError) return 0;
    await exchanges.end();
    const known = explained(error, parsed);
    await end(known instanceof CommandError ? known.exitCode : 1, messageOf(known));
    throw known;
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

/** Reads a body that is not printed, for its size and time. */
async function drained(response: ClientResponse): Promise<void> {
  const pieces = response.content.iterAny()[Symbol.asyncIterator]();
  while (!(await pieces.next()).done);
}

function statusCode(parsed: ParsedArgs, { status }: ClientResponse): number {
  if (status < 300 || parsed.has("no-check-status")) return 0;
  return status < 400 && parsed.has("follow") ? 0 : Math.floor(status / 100);
}

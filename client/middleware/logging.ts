import { OptionTable } from "../../http/options.ts";
import type { ClientMiddleware } from "../hop/middleware.ts";
import { discardReply, type HopResult } from "../hop/transport.ts";

/** Log record of a hop. */
export interface HopRecord {
  /** Method in upper case. */
  readonly method: string;
  /** URL; query values that may be secrets are `***`. */
  readonly url: string;
  /** Status of the response, `null` on failure. */
  readonly status: number | null;
  /** Time until the response head or the failure, in ms. */
  readonly elapsed: number;
  /** The error, `null` on success. */
  readonly error: unknown;
}

/** Options of {@linkcode loggingMiddleware}. */
export interface LoggingOptions {
  /** Receives the record of each hop. @default one line on the console */
  readonly log?: ((record: HopRecord) => void) | undefined;
}

const LOGGING_OPTIONS = new OptionTable<LoggingOptions>({ log: "a function" });

const SECRET = /token|key|secret|pass|auth|sig|code|session|credential/i;

/**
 * Logs method, URL, status and time of every hop. Headers and bodies are not logged; query values
 * whose names suggest secrets are masked.
 * @example
 * ```ts
 * import { ClientSession, loggingMiddleware } from "@roundtrip/http";
 *
 * const lines: string[] = [];
 * const log = loggingMiddleware({ log: (r) => lines.push(`${r.method} ${r.url} ${r.status}`) });
 * const app = { fetch: () => new Response("ok") };
 * await using session = new ClientSession({ app, middlewares: [log] });
 * await using response = await session.get("/a?api_key=1&b=2");
 * console.assert(lines[0] === "GET http://localhost/a?api_key=***&b=2 200");
 * ```
 */
export function loggingMiddleware(options: LoggingOptions = {}): ClientMiddleware {
  LOGGING_OPTIONS.check("loggingMiddleware()", options);
  const log = options.log ?? logLine;
  return async (request, handler) => {
    const start = performance.now();
    const { method } = request;
    const url = maskedUrl(request.url);
    const tell = (status: number | null, error: unknown): void =>
      log({ method, url, status, elapsed: performance.now() - start, error });
    let result: HopResult;
    try {
      result = await handler(request);
    } catch (error) {
      tell(null, error);
      throw error;
    }
    try {
      tell(result.status, null);
    } catch (error) {
      discardReply(result);
      throw error;
    }
    return result;
  };
}

function maskedUrl(url: URL): string {
  const search = url.search.slice(1).split("&").map((pair) => {
    const [name = ""] = pair.split("=", 1);
    return pair.includes("=") && SECRET.test(name) ? `${name}=***` : pair;
  }).join("&");
  return `${url.origin}${url.pathname}${search === "" ? "" : `?${search}`}`;
}

function logLine({ method, url, status, elapsed, error }: HopRecord): void {
  const outcome = status ?? (error instanceof Error ? error.name : String(error));
  console.info(`${method} ${url} ${outcome} ${Math.round(elapsed)} ms`);
}

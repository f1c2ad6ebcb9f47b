// Recording and replaying responses, for tests without the real service.
import { nodeCrypto, nodeFs } from "../../http/node_modules.ts";
import { OptionTable } from "../../http/options.ts";
import * as node from "node:buffer";
import { collectBytes } from "../../http/bytes/growing_bytes.ts";
import { errorCode } from "../../http/name_file.ts";
import { parseContentType } from "../../http/headers/content_type.ts";
import { ClientConnectionError } from "../errors/client_errors.ts";
import { storedResult } from "../hop/hop_result.ts";
import type { ClientMiddleware } from "../hop/middleware.ts";
import type { ClientRequest } from "../hop/request.ts";
import type { HopResult } from "../hop/transport.ts";

/** Options of {@linkcode replayMiddleware}. */
export interface ReplayOptions {
  /** Whether to `record` or `replay`; `auto` replays if the file exists. @default {"auto"} */
  readonly mode?: "auto" | "record" | "replay" | undefined;
}

const REPLAY_OPTIONS = new OptionTable<ReplayOptions>({ mode: "a string" });

interface Recorded {
  readonly key: string;
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly (readonly [string, string])[];
  /** The body as text, or in base64 if it is not text. */
  readonly text?: string;
  readonly base64?: string;
}

/**
 * Records the responses of real servers in a file of mode 0600, one line of JSON per hop, and
 * replays them by method, URL and hash of the body, which is all that it has of a request.
 * @returns The middleware; put it last, after those that retry or log.
 * @example
 * ```ts
 * import { ClientSession, replayMiddleware } from "@roundtrip/http";
 *
 * let calls = 0;
 * const app = { fetch: () => new Response(`reply ${++calls}`) };
 * const path = `${await Deno.makeTempDir()}/replies.jsonl`;
 * for (const _ of ["recorded", "replayed"]) {
 *   await using session = new ClientSession({ app, middlewares: [replayMiddleware(path)] });
 *   await using response = await session.get("http://api.example/");
 *   console.assert(await response.text() === "reply 1");
 * }
 * console.assert(calls === 1);
 * ```
 */
export function replayMiddleware(
  path: string | URL,
  options: ReplayOptions = {},
): ClientMiddleware {
  REPLAY_OPTIONS.check("replayMiddleware()", options);
  const { mode = "auto" } = options;
  let opened: Promise<Map<string, Recorded[]> | null> | null = null; // null when recording

  return async (request, handler) => {
    const replies = await (opened ??= open(path, mode));
    const key = await keyOf(request);
    if (replies !== null) {
      const reply = replies.get(key)?.shift();
      if (reply !== undefined) return resultOf(reply);
      throw new ClientConnectionError(
        `Cannot replay ${key}: ${path} has no reply to it that is left. Record them again`,
      );
    }
    const result = await handler(request);
    const body = await wholeBody(result);
    const line = JSON.stringify(recordedOf(key, result, body));
    await nodeFs().promises.appendFile(path, `${line}\n`);
    return resultOf(JSON.parse(line));
  };
}

/** The recorded responses by request; `null` when recording, after truncating the file. */
async function open(
  path: string | URL,
  mode: NonNullable<ReplayOptions["mode"]>,
): Promise<Map<string, Recorded[]> | null> {
  if (mode !== "record") {
    try {
      const lines = (await nodeFs().promises.readFile(path, "utf8")).split("\n");
      const replies = lines.filter((line) => line !== "").map((line): Recorded => JSON.parse(line));
      return Map.groupBy(replies, ({ key }) => key);
    } catch (error) {
      if (error instanceof SyntaxError) {
        const why = `Cannot replay ${path}: a line is not valid JSON. Record it again`;
        throw new TypeError(why, { cause: error });
      }
      if (mode === "replay" || errorCode(error) !== "ENOENT") throw error;
    }
  }
  await nodeFs().promises.writeFile(path, "", { mode: 0o600 });
  return null;
}

async function keyOf({ method, url, payload }: ClientRequest): Promise<string> {
  if (payload === null) return `${method} ${url.href}`;
  if (!payload.replayable) {
    const why = "its body is a stream that can be read only once";
    throw new TypeError(`Cannot record ${method} ${url.href}: ${why}`);
  }
  const { mimeType, params } = parseContentType(payload.contentType);
  const hash = nodeCrypto().createHash("sha256");
  if (mimeType.startsWith("multipart/")) {
    const body = payload.bytes ?? await collectBytes(payload.stream());
    hash.update(withoutBoundaries(body, params.get("boundary") ?? ""));
  } else if (payload.bytes !== null) hash.update(payload.bytes);
  else for await (const piece of payload.stream()) hash.update(piece);
  return `${method} ${url.href} ${hash.digest("hex").slice(0, 16)}`;
}

/** A form without its random boundaries, nested forms included. */
function withoutBoundaries(body: Uint8Array, boundary: string): Uint8Array {
  let text = node.Buffer.from(body).toString("latin1");
  const nested = [...text.matchAll(/; boundary=([0-9a-f]{32})\r\n/g)].map(([, each = ""]) => each);
  for (const each of [boundary, ...nested]) if (each !== "") text = text.replaceAll(each, "");
  return node.Buffer.from(text, "latin1");
}

async function wholeBody(result: HopResult): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return result.body === null ? new Uint8Array(0) : await collectBytes(result.body);
  } catch (error) {
    throw result.bodyError(error);
  } finally {
    result.release();
  }
}

function recordedOf(key: string, result: HopResult, body: Uint8Array<ArrayBuffer>): Recorded {
  const { status, reason, headers, decoded = false } = result;
  // The body is stored decoded, without the headers of its coding.
  const gone = decoded ? ["content-encoding", "content-length"] : [];
  const kept = [...headers].filter(([name]) => !gone.includes(name));
  return { key, status, reason, headers: kept, ...coded(body) };
}

function coded(body: Uint8Array<ArrayBuffer>): Pick<Recorded, "text" | "base64"> {
  try {
    return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body) };
  } catch {
    return { base64: node.Buffer.from(body).toString("base64") };
  }
}

function resultOf({ status, reason, headers, text, base64 }: Recorded): HopResult {
  const body = base64 === undefined
    ? new TextEncoder().encode(text)
    : Uint8Array.from(node.Buffer.from(base64, "base64"));
  const head = { status, reason, headers: new Headers(headers as [string, string][]) };
  return storedResult(head, body);
}

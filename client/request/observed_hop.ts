/**
 * Watching bodies pass, for limits of time and traces. Where nobody watches, nothing is wrapped.
 * @module
 */
import { ClientConnectionError } from "../errors/connection_errors.ts";
import type { Payload } from "../hop/payload.ts";
import { countedStream } from "../hop/progress.ts";
import { type ClientRequest, contextOf } from "../hop/request.ts";
import type { HopBody, HopResult } from "../hop/transport.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Told about a stream. */
interface StreamHooks {
  /** The stream begins; it can be ended from outside. */
  readonly onStart?: (stop: (reason: Error) => void) => void;
  /** A piece is asked for. */
  readonly onAsk?: () => void;
  /** A piece has come. */
  readonly onPiece?: (piece: Bytes) => void;
  /** The stream has ended or failed. */
  readonly onEnd?: () => void;
}

/** A request's body, watched. */
export interface ObservedBody extends HopBody {
  /** Ends what is still to be sent: with the reply, as in aiohttp. */
  readonly stop?: () => void;
}

const OVER = new ClientConnectionError("Connection closed: the reply was read or given up");

/** Watches a request's body on its way to the transport. */
export function observedBody(payload: Payload, request: ClientRequest): ObservedBody {
  const { phases, trace } = contextOf(request) ?? {};
  const body = countedBody(payload, request);
  const seesSent = trace?.seesSent === true;
  if (body.bytes !== null) {
    if (seesSent) trace?.emit("onRequestChunkSent", { request, chunk: body.bytes });
    return body;
  }
  let stop: ((reason: Error) => void) | null = null;
  return {
    bytes: null,
    size: body.size,
    stream(taken) {
      let left = body.size ?? Infinity;
      return observed(body.stream(taken === true && !seesSent), {
        onStart: (end) => stop = end,
        onPiece(chunk) {
          if (seesSent) trace?.emit("onRequestChunkSent", { request, chunk });
          left -= chunk.length;
          if (left === 0) stop = null; // nobody may ask for the end
        },
        onEnd() {
          stop = null;
          phases?.reading(); // now it is the server's turn
        },
      });
    },
    stop: () => stop?.(OVER),
  };
}

/** The body, counted as a stream of known length if anybody wants to know how far it is. */
function countedBody(payload: Payload, request: ClientRequest): HopBody {
  const context = contextOf(request);
  const report = context?.onUploadProgress ?? null;
  if (report === null) return payload;
  const { size } = payload;
  return { bytes: null, size, stream: () => countedStream(payload.stream(), size, report) };
}

/** Watches a reply's body on its way to the reader. */
export function observedResult(
  result: HopResult,
  request: ClientRequest,
  sent: ObservedBody | null,
): HopResult {
  const seen = shownResult(result, request);
  const stop = sent?.stop;
  if (stop === undefined) return seen;
  return withChanges(seen, {
    release() {
      stop();
      seen.release();
    },
  });
}

function shownResult(result: HopResult, request: ClientRequest): HopResult {
  const { phases, trace } = contextOf(request) ?? {};
  const seesReceived = trace?.seesReceived === true;
  if ((!seesReceived && phases?.watchesReads !== true) || result.body === null) return result;
  const body = observed(result.body, {
    onAsk: () => phases?.reading(),
    onPiece(chunk) {
      phases?.idle();
      if (seesReceived) trace?.emit("onResponseChunkReceived", { request, chunk });
    },
    onEnd: () => phases?.idle(),
  });
  return withChanges(result, { body, source: undefined, exactLength: null, isWhole: false });
}

type Changes = { readonly [K in keyof HopResult]?: HopResult[K] | undefined };

/** The same reply but for some members, and what it makes on demand is still made on demand. */
function withChanges(result: HopResult, changes: Changes): HopResult {
  return new Proxy(result, {
    get(target, key) {
      if (key in changes) return changes[key as keyof HopResult];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function observed(stream: ReadableStream<Bytes>, hooks: StreamHooks): ReadableStream<Bytes> {
  const reader = stream.getReader();
  let isStopped = false;
  return new ReadableStream<Bytes>({
    start(controller) {
      hooks.onStart?.((reason) => {
        isStopped = true;
        controller.error(reason);
        reader.cancel(reason).catch(() => {});
      });
    },
    async pull(controller) {
      hooks.onAsk?.();
      try {
        const { done, value } = await reader.read();
        if (isStopped) return;
        if (!done) {
          hooks.onPiece?.(value);
          return controller.enqueue(value);
        }
      } catch (error) {
        if (isStopped) return;
        hooks.onEnd?.();
        reader.cancel(error).catch(() => {}); // it is a hook that failed
        throw error;
      }
      hooks.onEnd?.();
      controller.close();
    },
    async cancel(reason) {
      hooks.onEnd?.();
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}

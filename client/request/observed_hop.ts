// Observing bodies for timeouts and traces; they are only wrapped if observed.
import { ClientConnectionError } from "../errors/client_errors.ts";
import { changedResult, withBody } from "../hop/hop_result.ts";
import { observed } from "../hop/observed_stream.ts";
import type { SendableBody } from "../../http/bytes/sendable_body.ts";
import { smallPieces } from "../hop/progress.ts";
import { type ClientRequest, contextOf } from "../hop/request.ts";
import type { HopBody, HopResult } from "../hop/transport.ts";

export interface ObservedBody extends HopBody {
  /** Stops the upload at the end of the response, as in aiohttp. */
  readonly stop?: () => void;
}

const OVER = "Connection closed: the response was read or released";

export function observedBody(payload: SendableBody, request: ClientRequest): ObservedBody {
  const context = contextOf(request);
  const report = context?.onUploadProgress ?? null;
  const trace = context?.trace?.seesSent === true ? context.trace : null;
  const { bytes, size } = payload;
  if (bytes !== null && report === null) {
    trace?.emit("onRequestChunkSent", { request, chunk: bytes });
    return payload;
  }
  let stop: ((reason: unknown) => void) | null = null;
  return {
    bytes: null,
    size,
    stream(taken) {
      let sent = 0;
      const body = report === null
        ? payload.stream(trace === null ? taken : undefined)
        : smallPieces(payload.stream());
      return observed(body, {
        onStart: (end) => stop = end,
        onPiece(chunk) {
          trace?.emit("onRequestChunkSent", { request, chunk });
          sent += chunk.length;
          report?.({ bytes: sent, total: size });
          if (sent === size) stop = null; // the reader may not wait for the end
        },
        onEnd() {
          stop = null;
          context?.reading(); // the server responds next
        },
      });
    },
    stop: () => stop?.(new ClientConnectionError(OVER)),
  };
}

export function observedResult(
  result: HopResult,
  request: ClientRequest,
  sent: ObservedBody | null,
): HopResult {
  const seen = shownResult(result, request);
  const stop = sent?.stop;
  if (stop === undefined) return seen;
  return changedResult(seen, {
    release() {
      stop();
      seen.release();
    },
  });
}

function shownResult(result: HopResult, request: ClientRequest): HopResult {
  const context = contextOf(request);
  const trace = context?.trace?.seesReceived === true ? context.trace : null;
  if ((trace === null && context?.watchesReads !== true) || result.body === null) return result;
  const body = observed(result.body, {
    onAsk: () => context?.reading(),
    onPiece(chunk) {
      context?.idle();
      trace?.emit("onResponseChunkReceived", { request, chunk });
    },
    onEnd: () => context?.idle(),
  });
  return withBody(result, body);
}

import { pulledStream } from "../../http/bytes/pulled_stream.ts";
import type { ServeInfo } from "../engine/engine.ts";
import { portOf } from "../engine/engine_of_request.ts";

/** Calls a function with the size of a body when it was sent, failed or was cancelled. */
export function whenSent(
  response: Response,
  info: ServeInfo | undefined,
  done: (bytes: number) => void,
): Response {
  const size = portOf(info).bodySizeOf(response);
  const body = size !== null || response.status === 101 ? null : response.body;
  if (body === null) {
    done(size ?? 0);
    return response;
  }
  // Even with a known length: Deno's `completed` resolves for an aborted download too.
  const { status, statusText, headers } = response;
  const reader = body.getReader();
  let bytes = 0;
  const counted = pulledStream(async () => {
    let goesOn = false;
    try {
      const piece = await reader.read();
      bytes += piece.done ? 0 : piece.value.length; // throws for a piece that is none
      goesOn = !piece.done;
      return piece.value ?? null;
    } finally {
      if (!goesOn) done(bytes);
    }
  }, (reason) => reader.cancel(reason).finally(() => done(bytes)));
  return new Response(counted, { status, statusText, headers });
}

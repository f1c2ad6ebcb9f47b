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
  // Even with an announced length: Deno's `completed` resolves both for an aborted and for a
  // complete download.
  const { status, statusText, headers } = response;
  return new Response(counted(body, done), { status, statusText, headers });
}

function counted(
  body: ReadableStream<Uint8Array>,
  done: (bytes: number) => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let bytes = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done: isOver, value } = await reader.read();
        if (!isOver) {
          bytes += value.length;
          return controller.enqueue(value);
        }
        controller.close();
      } catch (error) {
        controller.error(error);
      }
      done(bytes);
    },
    async cancel(reason) {
      try {
        await reader.cancel(reason);
      } finally {
        done(bytes);
      }
    },
  }, { highWaterMark: 0 });
}

import type { Bytes } from "../../http/bytes/bytes.ts";

/** Observer of a stream; an error that it throws ends the stream. */
export interface StreamHooks {
  /** The stream starts; `stop` aborts it. */
  readonly onStart?: (stop: (reason: unknown) => void) => void;
  readonly onAsk?: () => void;
  readonly onPiece?: (piece: Bytes) => void;
  /** The stream has ended; `isWhole` tells that it neither failed nor was cancelled. */
  readonly onEnd?: (isWhole: boolean) => void;
}

/** A stream of the same chunks, read on demand. */
export function observed(stream: ReadableStream<Bytes>, hooks: StreamHooks): ReadableStream<Bytes> {
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
        hooks.onEnd?.(false);
        reader.cancel(error).catch(() => {}); // a hook failed
        throw error;
      }
      hooks.onEnd?.(true);
      controller.close();
    },
    async cancel(reason) {
      hooks.onEnd?.(false);
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}

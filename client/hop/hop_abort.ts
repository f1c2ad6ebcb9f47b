/**
 * How a hop is ended from outside.
 * @module
 */
import { asError } from "../errors/connection_errors.ts";

/** What ends with a hop. */
export interface Abortable {
  /** Ends it. */
  abort(reason: Error): void;
}

/** The end of a hop from outside: as a signal, and cheaper where nobody wants one. */
export interface HopAbort {
  /** Why the hop was given up, `null` while it goes on. */
  readonly reason: Error | null;
  /** The same as a signal, made when somebody asks for it. */
  readonly signal: AbortSignal;
  /** Has something end with the hop, from now on. */
  add(target: Abortable): void;
  /** Takes it back; to be called with each that was added. */
  delete(target: Abortable): void;
}

/** Of a hop that nobody can give up. */
export const NEVER: HopAbort = {
  reason: null,
  signal: new AbortController().signal,
  add() {},
  delete() {},
};

/**
 * Gives what ends a hop, whoever made it.
 *
 * @returns Its own, or one that is made of its signal.
 */
export function abortOf(
  hop: { readonly signal: AbortSignal; readonly abort?: HopAbort },
): HopAbort {
  return hop.abort ?? ofSignal(hop.signal);
}

function ofSignal(signal: AbortSignal): HopAbort {
  const listeners = new Map<Abortable, () => void>();
  return {
    signal,
    get reason() {
      return signal.aborted ? asError(signal.reason) : null;
    },
    add(target) {
      const listener = (): void => target.abort(asError(signal.reason));
      listeners.set(target, listener);
      signal.addEventListener("abort", listener, { once: true });
    },
    delete(target) {
      const listener = listeners.get(target);
      if (listener !== undefined) signal.removeEventListener("abort", listener);
      listeners.delete(target);
    },
  };
}

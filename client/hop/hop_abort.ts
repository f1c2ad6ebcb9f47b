import { asError } from "../errors/make_error.ts";

/** An operation that is aborted with a hop. */
export interface Abortable {
  /** Aborts it. */
  abort(reason: Error): void;
}

/** The abort handle of a hop, cheaper than a signal. */
export interface HopAbort {
  /** The abort reason, `null` while the hop is active. */
  readonly reason: Error | null;
  /** The same as a signal, created on demand. */
  readonly signal: AbortSignal;
  /** Adds an operation to abort with the hop. */
  add(target: Abortable): void;
  /** Removes an operation; must be called for each that was added. */
  delete(target: Abortable): void;
}

/** For hops without a signal. */
export const NEVER: HopAbort = {
  reason: null,
  get signal() {
    return new AbortController().signal; // Workers make none while a module is loaded
  },
  add() {},
  delete() {},
};

export function abortOf(
  hop: { readonly signal: AbortSignal; readonly abort?: HopAbort },
): HopAbort {
  return hop.abort ?? ofSignal(hop.signal);
}

/** Runs an operation that an abort ends by `onAbort`, also one before it. */
export async function endedBy<T>(
  by: HopAbort | AbortSignal,
  onAbort: (reason: Error) => void,
  run: () => Promise<T>,
): Promise<T> {
  const abort = "add" in by ? by : ofSignal(by);
  const target = { abort: onAbort };
  if (abort.reason !== null) onAbort(abort.reason);
  else abort.add(target);
  try {
    return await run();
  } finally {
    abort.delete(target);
  }
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

// setTimeout overflows at 32 bits and fires at once.
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Waits for a time, which may exceed the limit of `setTimeout`, or until the signal aborts.
 * @throws The signal's reason.
 */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  let left = ms;
  do {
    await wait(Math.max(0, Math.min(left, LONGEST_TIMER)), signal);
    left -= LONGEST_TIMER;
  } while (left > 0);
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal.addEventListener("abort", onAbort, { once: true });
  });
}

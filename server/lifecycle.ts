/**
 * Start and end of an application.
 * @module
 */

/**
 * A list of callbacks that run one after the other, aiohttp's `Signal`.
 *
 * @typeParam T What the callbacks get.
 */
export type Signal<T> = ((value: T) => void | Promise<void>)[];

/**
 * Sets something up and takes it down: runs to its `yield` at the start, and on from there at the
 * end.
 *
 * @typeParam T What it gets, the application.
 */
export type CleanupContext<T> = (value: T) => AsyncGenerator<void, void, void>;

/**
 * Runs the callbacks in order; the first failure ends it.
 *
 * @typeParam T What the callbacks get.
 * @param signal The callbacks.
 * @param value What they get.
 */
export async function send<T>(signal: Signal<T>, value: T): Promise<void> {
  for (const callback of signal) await callback(value);
}

/**
 * Runs every callback, whatever the others do.
 *
 * @param callbacks The callbacks in order.
 * @throws {AggregateError} If several fail; a single failure is thrown as it is.
 */
export async function runAll(callbacks: readonly (() => unknown)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const callback of callbacks) {
    try {
      await callback();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 1) throw new AggregateError(errors, "Multiple errors on cleanup stage");
  if (errors.length === 1) throw errors[0];
}

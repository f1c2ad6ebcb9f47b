/** A list of callbacks that run in order, aiohttp's `Signal`. */
export type Hooks<T> = ((value: T) => void | Promise<void>)[];

/** Sets something up for an application, up to its `yield`, and from there tears it down. */
export type CleanupContext<T> = (value: T) => AsyncGenerator<void, void, void>;

/** Runs the callbacks in order; the first error stops it. */
export async function send<T>(signal: Hooks<T>, value: T): Promise<void> {
  for (const callback of signal) await callback(value);
}

/** Runs every callback, even after errors; throws the error, or an AggregateError of several. */
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

export class CleanupStack {
  readonly #open: ReturnType<CleanupContext<unknown>>[] = [];

  async enter<T>(context: CleanupContext<T>, value: T): Promise<void> {
    const running = context(value);
    if ((await running.next()).done) {
      throw new TypeError(`Cannot set up "${context.name}": a cleanup context has to yield once`);
    }
    this.#open.push(running);
  }

  /** Takes the function that runs the contexts to their ends, last first; each runs once. */
  leave(): (() => Promise<void>)[] {
    return this.#open.splice(0).reverse().map((running) => async () => {
      if ((await running.next()).done) return;
      await running.return(); // its finally blocks still run
      throw new TypeError("A cleanup context has to yield once, this one did twice");
    });
  }
}

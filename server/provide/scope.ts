import { runAll } from "../application/lifecycle.ts";

/** Result of a factory: the value, a promise, or a generator that yields it once. */
export type Provided<T> =
  | T
  | Promise<T>
  | Generator<T, void, void>
  | AsyncGenerator<T, void, void>;

/** Values by provider, disposed together, last first. */
export class Scope {
  readonly #values = new Map<object, Promise<unknown> | null>();
  readonly #ends: (() => unknown)[] = [];
  readonly #of: string;
  #isClosed = false;

  /** Creates one; `of` names it in messages. */
  constructor(of: string) {
    this.#of = of;
  }

  /** Returns the value of a provider; the first call makes it. After a failure the next one does. */
  take<T>(provider: { readonly name: string }, make: () => Provided<T>): Promise<T> {
    const { name } = provider;
    const known = this.#values.get(provider);
    if (known === null) {
      return Promise.reject(new TypeError(`Cannot make "${name}": its factory asks for itself`));
    }
    if (known !== undefined) return known as Promise<T>; // a provider has one type
    if (this.#isClosed) {
      return Promise.reject(new TypeError(`Cannot make "${name}": ${this.#of} has ended`));
    }
    this.#values.set(provider, null); // while the factory runs up to its first await
    const value = this.#make(name, make);
    this.#values.set(provider, value);
    value.catch(() => this.#values.delete(provider));
    return value;
  }

  /** Disposes the values, last first; also after an error of one. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#values.values()); // a handler need not await them
    await runAll(this.#ends.splice(0).reverse());
  }

  async #make<T>(name: string, make: () => Provided<T>): Promise<T> {
    const made = make();
    if (!isGenerator(made)) {
      const value = await made;
      const end = disposerOf(value);
      if (end !== null) this.#ends.push(end);
      return value;
    }
    const first = await made.next();
    if (first.done) throw new TypeError(`Cannot make "${name}": its generator yields nothing`);
    this.#ends.push(async () => {
      if ((await made.next()).done) return;
      await made.return(); // its finally blocks still run
      throw new TypeError(`The generator of "${name}" has to yield once, this one did twice`);
    });
    return first.value;
  }
}

function isGenerator<T>(
  made: Provided<T>,
): made is Generator<T, void, void> | AsyncGenerator<T, void, void> {
  return /^\[object (?:Async)?Generator\]$/.test(Object.prototype.toString.call(made));
}

/** `await using`: Symbol.asyncDispose, else Symbol.dispose; `null` for a value without. */
function disposerOf(value: unknown): (() => unknown) | null {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return null;
  for (const symbol of [Symbol.asyncDispose, Symbol.dispose]) {
    const dispose: unknown = Reflect.get(value, symbol);
    if (typeof dispose === "function") return () => dispose.call(value);
  }
  return null;
}

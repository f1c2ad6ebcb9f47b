/**
 * Makes a lazy object of the platform: every member that a derived class does not have itself calls
 * `fill` and goes on in the platform's class, whose internal reads work too.
 */
export function fillFirst<Lazy extends object>(
  { prototype }: { readonly prototype: Lazy },
  fill: (lazy: Lazy) => void,
): void {
  const platform: object = Object.getPrototypeOf(prototype);
  for (const key of Reflect.ownKeys(platform)) {
    if (Object.hasOwn(prototype, key)) continue;
    const { value, get } = Object.getOwnPropertyDescriptor(platform, key) ?? {};
    const method: unknown = value ?? get;
    if (typeof method !== "function") continue;
    const filled = function (this: Lazy, ...args: unknown[]): unknown {
      fill(this);
      return Reflect.apply(method, this, args);
    };
    Object.defineProperty(prototype, key, {
      configurable: true,
      ...(get === undefined ? { writable: true, value: filled } : { get: filled }),
    });
  }
}

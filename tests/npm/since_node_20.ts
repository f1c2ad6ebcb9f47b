// What Node lacks, Node 20 or all of them, as names that the build puts in place of the platform's.

export { deferred as withResolvers, parseUrl } from "../../http/since_node_20.ts";

/** `Map.groupBy()`. */
export function groupBy<K, T>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

type Listener = (event: object) => void;

/** Events of a program on Node and Bun, and what their listeners get. */
const EVENTS: Readonly<Record<string, readonly [name: string, key: string]>> = {
  unhandledrejection: ["unhandledRejection", "reason"],
  error: ["uncaughtException", "error"],
  unload: ["exit", "code"],
};
const listeners = new Map<Listener, (value: unknown) => void>();
// Not by a dot, which the build puts these two functions in place of.
const { addEventListener: add, removeEventListener: remove } = globalThis;
const isOfProcess = !("Deno" in globalThis) && typeof globalThis.process?.on === "function";

/** `globalThis.addEventListener()` for errors that nothing caught, and for the end of a program. */
export function listen(type: string, listener: Listener): void {
  const [name, key] = EVENTS[type] ?? [type, "value"];
  if (!isOfProcess) return add.call(globalThis, type, listener);
  const own = (value: unknown) => listener({ [key]: value, preventDefault() {} });
  listeners.set(listener, own);
  globalThis.process.on(name, own);
}

/** `globalThis.removeEventListener()` of the same. */
export function unlisten(type: string, listener: Listener): void {
  const own = listeners.get(listener);
  if (own === undefined) return remove.call(globalThis, type, listener);
  globalThis.process.off(EVENTS[type]?.[0] ?? type, own);
}

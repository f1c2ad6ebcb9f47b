// What Node 20 lacks, as names that the build puts in place of the platform's.

export { deferred as withResolvers, parseUrl } from "../../http/since_node_20.ts";

/** `Promise.try()`. */
export function attempt<T, Args extends unknown[]>(
  action: (...args: Args) => T,
  ...args: Args
): Promise<Awaited<T>> {
  return (async () => await action(...args))() as Promise<Awaited<T>>;
}

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

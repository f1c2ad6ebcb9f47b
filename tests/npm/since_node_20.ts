// What Node 20 lacks, as names that the build puts in place of the platform's.

/** `Promise.withResolvers()`. */
export function withResolvers<T>(): PromiseWithResolvers<T> {
  let resolve!: PromiseWithResolvers<T>["resolve"];
  let reject!: PromiseWithResolvers<T>["reject"];
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}

/** `Promise.try()`. */
export function attempt<T, Args extends unknown[]>(
  action: (...args: Args) => T,
  ...args: Args
): Promise<Awaited<T>> {
  return (async () => await action(...args))() as Promise<Awaited<T>>;
}

/** `URL.parse()`. */
export function parseUrl(text: string, base?: string | URL): URL | null {
  return URL.canParse(text, base) ? new URL(text, base) : null;
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

/** `Uint8Array.fromBase64()` of base64 or base64url; strict if asked. */
export function fromBase64(
  text: string,
  { alphabet = "base64", lastChunkHandling = "loose" }: {
    alphabet?: "base64" | "base64url";
    lastChunkHandling?: "loose" | "strict";
  } = {},
): Uint8Array<ArrayBuffer> {
  const plain = alphabet === "base64" ? text : text.replaceAll("-", "+").replaceAll("_", "/");
  const bytes = Uint8Array.from(atob(plain), (each) => each.charCodeAt(0));
  if (lastChunkHandling === "strict" && toBase64(bytes, { alphabet }) !== text) {
    throw new SyntaxError("The text is not canonical base64");
  }
  return bytes;
}

/** `bytes.toBase64()`. */
export function toBase64(
  bytes: Uint8Array,
  { alphabet = "base64" }: { alphabet?: "base64" | "base64url" } = {},
): string {
  const text = btoa(Array.from(bytes, (each) => String.fromCharCode(each)).join(""));
  return alphabet === "base64" ? text : text.replaceAll("+", "-").replaceAll("/", "_");
}

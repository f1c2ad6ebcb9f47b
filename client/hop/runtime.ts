/** The used part of Node's `process`. */
interface NodeProcess {
  readonly versions?: { readonly node?: string };
  readonly env?: Readonly<Record<string, string | undefined>>;
  getBuiltinModule?(name: string): unknown;
}

export const ON_DENO: boolean = "Deno" in globalThis;

/** Node's `process`; `null` on Deno or without one. */
export const NODE: NodeProcess | null = ON_DENO
  ? null
  : (globalThis as { process?: NodeProcess }).process ?? null;

/** Whether sockets are available; Workers have `node:net`, but a connection ends with its event. */
export const HAS_SOCKETS: boolean = ON_DENO ||
  (NODE?.versions?.node !== undefined && globalThis.navigator?.userAgent !== "Cloudflare-Workers");

/** A number on Deno and in browsers. */
export type Timer = number | { ref(): unknown; unref(): unknown };

/** Sets whether a timer keeps the process alive. */
export function keepAlive(timer: Timer, alive: boolean): void {
  if (typeof timer === "object") timer[alive ? "ref" : "unref"](); // Node and Bun
  else if ("Deno" in globalThis) Deno[alive ? "refTimer" : "unrefTimer"](timer);
}

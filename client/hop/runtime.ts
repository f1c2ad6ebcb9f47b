/**
 * What the runtime has.
 * @module
 */

/** As much of Node's `process` as is looked at. */
interface NodeProcess {
  readonly versions?: { readonly node?: string };
  readonly env?: Readonly<Record<string, string | undefined>>;
  getBuiltinModule?(name: string): unknown;
}

/** Whether it is Deno. */
export const ON_DENO: boolean = "Deno" in globalThis;

/** Node's `process`; `null` where it is Deno, or there is none. */
export const NODE: NodeProcess | null = ON_DENO
  ? null
  : (globalThis as { process?: NodeProcess }).process ?? null;

/**
 * Whether connections can be made: on Deno, Node and Bun. Cloudflare's workers have a `node:net`
 * too, but their connections end with the event that made them.
 */
export const HAS_SOCKETS: boolean = ON_DENO ||
  (NODE?.versions?.node !== undefined && navigatorName() !== "Cloudflare-Workers");

function navigatorName(): string | undefined {
  return (globalThis as { navigator?: { userAgent?: string } }).navigator?.userAgent;
}

/** A number on Deno and in browsers. */
export type Timer = number | { ref(): unknown; unref(): unknown };

/** Says whether a timer keeps the program alive. */
export function keepAlive(timer: Timer, alive: boolean): void {
  if (typeof timer === "object") timer[alive ? "ref" : "unref"](); // Node and Bun
  else if ("Deno" in globalThis) Deno[alive ? "refTimer" : "unrefTimer"](timer);
}

/**
 * Which engine carries a request.
 * @module
 */
import { denoPort } from "./deno_port.ts";
import type { EnginePort, ServeInfo } from "./engine.ts";

/**
 * Gives the engine of a request. Under `deno serve`, and wherever `app.fetch` is called by others,
 * no engine of ours was started, and nobody says which one it is: Deno's port is given then, which
 * takes its short ways only where they prove right.
 */
export function portOf(info: ServeInfo | undefined): EnginePort {
  return info?.engine ?? denoPort;
}

/**
 * Tells whether a server carries a request, rather than a program that called `fetch`.
 *
 * @returns `true` if there is a connection.
 */
export function isServed(info: ServeInfo | undefined): boolean {
  return info !== undefined && "completed" in info;
}

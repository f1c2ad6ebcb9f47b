import { denoPort } from "./deno_port.ts";
import type { EnginePort, ServeInfo } from "./engine.ts";

/**
 * Returns the engine of a request. Under `deno serve`, and wherever other code calls `app.fetch`,
 * it is unknown: then Deno's port is returned, which verifies its private-field shortcuts before
 * trusting them.
 */
export function portOf(info: ServeInfo | undefined): EnginePort {
  return info?.engine ?? denoPort;
}

/** Reads single headers of a request: `request.headers` makes all of them. */
export type HeadReader = Pick<Headers, "get">;

/** Creates a reader of a request's headers. */
export function headReader(request: Request, info: ServeInfo | undefined): HeadReader {
  const port = portOf(info);
  return { get: (name) => port.headerOf(request, name) };
}

/** Whether a request comes from a server, not from a program that called `fetch`. */
export function isServed(info: ServeInfo | undefined): boolean {
  return info !== undefined && "completed" in info;
}

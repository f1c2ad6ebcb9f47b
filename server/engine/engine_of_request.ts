import { denoPort } from "./deno_port.ts";
import type { EnginePort, ServeInfo } from "./engine.ts";

/** The engine of a request; Deno's where it is unknown, under `deno serve` or for `app.fetch()`. */
export function portOf(info: ServeInfo | undefined): EnginePort {
  return info?.engine ?? denoPort;
}

/** Error for a response body that ends its connection on purpose; not reported. */
export class EndOfConnection extends Error {
  override readonly name = "EndOfConnection";

  constructor(reason = "the client still sends a body that was answered") {
    super(`The connection ends: ${reason}`);
  }
}

export type HeadReader = Pick<Headers, "get">; // of single ones: `request.headers` makes all

export function headReader(request: Request, info: ServeInfo | undefined): HeadReader {
  return { get: (name) => portOf(info).headerOf(request, name) };
}

/** Whether a request comes from a server, not from a program that called `fetch`. */
export function isServed(info: ServeInfo | undefined): boolean {
  return info !== undefined && "completed" in info;
}

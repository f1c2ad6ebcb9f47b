/**
 * A hop for tests of transports.
 * @module
 */
import type { HopRequest } from "@roundtrip/http";

/** A POST without headers and body by default. */
export function hop(url: string, over: Partial<HopRequest> = {}): HopRequest {
  return {
    method: "POST",
    url,
    headers: [],
    body: null,
    once: false,
    proxy: null,
    rawBody: false,
    signal: new AbortController().signal,
    observer: null,
    ...over,
  };
}

/**
 * A hop for tests that talk to a transport without a session.
 * @module
 */
import type { HopRequest } from "@roundtrip/http";

/** A POST without headers and body, or what is said instead. */
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

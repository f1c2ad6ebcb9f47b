/**
 * One object of each class that takes part in a request, kept while nothing is sent.
 *
 * V8 compiles for the shapes of objects, and throws the code away with the last object of a shape.
 * What a request is made of is garbage when it has ended, and a program that is idle for some seconds
 * has its garbage collected: measured on Deno 2.9.6, GETs 32 at a time, three seconds of them took a
 * fifth more time after a pause of fifteen, because everything had to be compiled again.
 * tests/client/request/kept_shapes_test.ts shows that the code survives. What fetch makes is kept by
 * fetch_transport.ts.
 * @module
 */
import { LinkedList } from "../../http/linked_list.ts";
import { DEFAULT_BODY_POLICY } from "../response/response_body.ts";
import { ClientRequest } from "../hop/request.ts";
import { ClientResponse } from "../response/response.ts";
import { resolveTimeout } from "../hop/timeout.ts";
import { clearDeadline, setDeadline } from "./deadline.ts";
import { Watch } from "./request_lifetime.ts";

let kept: readonly unknown[] | null = null;
let ended = 0;

/** A request has ended; from the second on they are kept: a program with one has no next to be slow. */
export function keepShapes(): void {
  if (kept === null && ++ended > 1) kept = makeShapes();
}

function makeShapes(): readonly unknown[] {
  const url = "http://localhost/";
  const watch = new Watch({
    url,
    limits: resolveTimeout(undefined),
    external: null,
    trace: null,
    proxy: null,
    skipsContentType: false,
    rawBody: false,
    onUploadProgress: null,
    open: new LinkedList(),
  });
  const request = new ClientRequest({ method: "GET", url, headers: [] }, watch);
  const result = {
    status: 200,
    reason: "OK",
    headers: new Headers(),
    body: new ReadableStream<Uint8Array<ArrayBuffer>>({ type: "bytes" }),
    bodyError: (error: unknown) => error as Error,
    release() {},
  };
  const response = new ClientResponse({
    requestInfo: request,
    history: [],
    result,
    onEnd() {},
    policy: DEFAULT_BODY_POLICY,
    fallbackCharsetResolver: null,
  });
  const deadline = setDeadline(1, 0, watch);
  clearDeadline(deadline);
  watch.end();
  return [watch, request, response, response.content, deadline];
}

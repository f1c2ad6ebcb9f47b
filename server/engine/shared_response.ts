import { bytesRecordOf } from "./deno_port.ts";
import type { RawHeaders } from "./engine.ts";
import { isRecording, recordedResponse } from "./response_record.ts";

/** By bytes, the response whose copies are sent. */
const firsts = new WeakMap<Uint8Array, readonly [headers: RawHeaders, response: Response]>();

/** A copy with the first one's bytes, until a program reads it: it could change what it reads. */
class SharedResponse extends Response {
  override get body(): ReadableStream<Uint8Array<ArrayBuffer>> | null {
    return unshared(this, () => super.body);
  }
}

for (const name of ["bytes", "arrayBuffer", "clone"] as const) {
  Object.defineProperty(SharedResponse.prototype, name, {
    value(this: Response) {
      return unshared(this, () => Reflect.apply(Response.prototype[name], this, []));
    },
  });
}

function unshared<T>(response: Response, read: () => T): T {
  const record = bytesRecordOf(response);
  if (record !== null) record.body = record.body.slice();
  return read();
}

/** The same as `recordedResponse()` of status 200, for headers that always go with these bytes. */
export function sharedResponse(bytes: Uint8Array<ArrayBuffer>, headers: RawHeaders): Response {
  const made = () =>
    recordedResponse(bytes, { status: 200, headers: Object.fromEntries(headers) }, headers);
  if (isRecording) return made();
  let first = firsts.get(bytes);
  if (first?.[0] !== headers) firsts.set(bytes, first = [headers, made()]);
  // Deno copies the bytes of a new response, but not those of a clone.
  const copy = first[1].clone();
  return bytesRecordOf(copy) === null
    ? made()
    : Object.setPrototypeOf(copy, SharedResponse.prototype);
}

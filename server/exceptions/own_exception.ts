import { HTTPException } from "./http_exception.ts";

/** Thrown exceptions: the request, and their headers at that time. */
const thrown = new WeakMap<HTTPException, readonly [request: Request, headers: Headers]>();

/** Makes the headers of an exception a request's own: for a second request it returns a copy. */
export function ownException(error: HTTPException, raw: Request): HTTPException {
  const before = thrown.get(error);
  if (before === undefined) thrown.set(error, [raw, new Headers(error.headers)]);
  if (before === undefined || before[0] === raw) return error;
  const copy = new HTTPException(error.status, error.reason, { cause: error });
  Object.setPrototypeOf(copy, Object.getPrototypeOf(error));
  Object.assign(copy, error, { headers: new Headers(before[1]) });
  thrown.set(copy, [raw, before[1]]);
  return copy;
}

import { bytesBody, type SendableBody } from "../../http/bytes/sendable_body.ts";

/**
 * Creates a JSON body, for middlewares that replace the body.
 * @throws {TypeError} If the value has no JSON form.
 * @example
 * ```ts
 * import { type ClientMiddleware, ClientSession, jsonPayload } from "@roundtrip/http";
 *
 * const stamped: ClientMiddleware = (request, handler) =>
 *   handler(request.with({ payload: jsonPayload({ user: "ann", at: 1 }) }));
 * const app = { fetch: (r: Request) => new Response(r.body, r) };
 * await using session = new ClientSession({ app, middlewares: [stamped] });
 * await using response = await session.post("/", { json: { user: "ann" } });
 * console.assert(await response.text() === '{"user":"ann","at":1}');
 * ```
 */
export function jsonPayload(
  value: unknown,
  serialize: (value: unknown) => string = JSON.stringify,
): SendableBody {
  const text: unknown = serialize(value);
  if (typeof text !== "string") {
    throw new TypeError(`Cannot send ${typeof value} as JSON: it has no JSON form`);
  }
  return bytesBody(new TextEncoder().encode(text), "application/json");
}

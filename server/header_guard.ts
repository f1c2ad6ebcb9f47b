/**
 * Refuses responses whose headers would stop the process.
 * @module
 */

// RFC 9110 section 5.5 allows tab, blank, visible ASCII and bytes above it.
// deno-lint-ignore no-control-regex -- control bytes are what has to be caught here
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

type RawHeaders = readonly (readonly [string, string])[];

const rawHeadersOf = findRawHeaders();

/**
 * Finds a header that must not leave. Deno 2.9's HTTP engine aborts the whole process on a control
 * byte in a response header value, so `GET /go?next=%01` to a redirect would be a one-request kill.
 *
 * @param response The response before it goes to the platform.
 * @returns Name of the first broken header, `null` where all are fine.
 */
export function brokenHeader(response: Response): string | null {
  const raw = rawHeadersOf?.(response);
  if (raw !== undefined) {
    for (let i = 0; i < raw.length; i++) {
      const header = raw[i];
      if (header !== undefined && CONTROL.test(header[1])) return header[0];
    }
    return null;
  }
  for (const [name, value] of response.headers) if (CONTROL.test(value)) return name;
  return null;
}

/**
 * Deno keeps the header list of a response behind a symbol. Reading it there leaves the response
 * on Deno.serve's short path, which touching `response.headers` ends: 15 % of a hello route. The
 * list is used only if it proves, on responses made here, to be the one that is sent.
 */
function findRawHeaders(): ((response: Response) => RawHeaders | undefined) | null {
  const symbol = Object.getOwnPropertySymbols(new Response())
    .find((each) => each.description === "response");
  if (symbol === undefined) return null;
  const read = (response: Response): RawHeaders | undefined => {
    const inner: unknown = Reflect.get(response, symbol);
    if (typeof inner !== "object" || inner === null) return undefined;
    const list: unknown = Reflect.get(inner, "headerList");
    return Array.isArray(list) ? list : undefined;
  };
  const later = new Response("x", { headers: { "content-type": "text/plain" } });
  later.headers.append("x-late", "late");
  later.headers.set("content-type", "text/late");
  const proofs: [Response, string[]][] = [
    [new Response("x", { headers: { "content-type": "text/only" } }), ["text/only"]],
    [new Response("x", { headers: { "x-a": "a", "x-b": "b" } }), ["a", "b"]],
    [new Response("x", { headers: new Headers([["x-a", "a"]]) }), ["a"]],
    [Response.json({}, { headers: { "x-a": "a" } }), ["a"]],
    [Response.redirect("http://localhost/a"), ["http://localhost/a"]],
    [later, ["late", "text/late"]],
  ];
  const holds = proofs.every(([response, values]) => {
    const sent = read(response)?.map((header) => header[1]);
    return sent !== undefined && values.every((value) => sent.includes(value));
  });
  return holds ? read : null;
}

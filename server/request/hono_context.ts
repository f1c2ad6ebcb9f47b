import { type Context, Hono } from "hono";
import type { ServeInfo } from "../engine/engine.ts";

/** Creates a context for a request that did not come through Hono, as in tests. */
export function contextFor(raw: Request, info: ServeInfo | undefined): Context {
  let context: Context | null = null;
  const hono = new Hono().all("*", (c) => {
    context = c;
    return new Response();
  });
  hono.fetch(raw, info); // a synchronous handler runs within the call
  if (context === null) throw new TypeError("Cannot make Hono's context: Hono runs late");
  return context;
}

/** The request behind Hono middlewares, with a body that they have replaced or read. */
export async function requestBehind({ req }: Context): Promise<Request> {
  const kept = Object.keys(req.bodyCache);
  if (!req.raw.bodyUsed || kept.length === 0) return req.raw;
  const headers = new Headers(req.raw.headers);
  let body: BodyInit = kept.join() === "formData" ? await req.formData() : await req.arrayBuffer();
  if (body instanceof FormData) { // is encoded again, with another boundary
    const form = new Response(body);
    headers.set("content-type", form.headers.get("content-type") ?? "");
    body = await form.arrayBuffer();
    headers.set("content-length", String(body.byteLength));
  }
  return req.raw = new Request(req.raw, { headers, body });
}

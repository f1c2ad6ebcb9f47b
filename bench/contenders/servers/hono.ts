import { Hono } from "hono";
import { guarded, HELLO, hostname, mode, port, prefixes, REPLY } from "./shared.mjs";

const HOST = /^(?:[\w.~-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;
// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

const app = new Hono();

switch (mode) {
  case "hello":
    app.get("/", (context) => context.text(HELLO));
    break;
  case "parameter":
    app.get("/users/:id", (context) => context.text(context.req.param("id")));
    break;
  case "json":
    app.get("/json", (context) => context.json(REPLY));
    break;
  case "routes":
    for (const prefix of prefixes) {
      app.get(`${prefix}:id`, (context) => context.text(context.req.param("id") ?? ""));
    }
}

function testValue(value: string): void {
  if (CONTROL.test(value)) throw new TypeError("Cannot answer: control byte in a header");
}

function testHeaders(response: Response): Response {
  response.headers.forEach(testValue);
  return response;
}

/** Hono with our two checks on every request, for a fair comparison. */
function guardedFetch(request: Request): Response | Promise<Response> {
  const host = request.headers.get("host");
  if (host === null || !HOST.test(host)) return new Response("Bad Host", { status: 400 });
  const response = app.fetch(request);
  return response instanceof Promise ? response.then(testHeaders) : testHeaders(response);
}

Deno.serve({ port, hostname, onListen() {} }, guarded ? guardedFetch : app.fetch);

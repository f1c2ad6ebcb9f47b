import { described } from "../../http/options.ts";
import { HTTPMethodNotAllowed } from "../exceptions/replies.ts";
import type { Handler, HandlerResult } from "../request/middleware.ts";
import type { ServerRequest } from "../request/request.ts";

/** A class for a route. */
export type ViewClass = new (request: ServerRequest) => View;

const METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];

/**
 * Base of class-based views, whose `get()`, `post()`, … answer the HTTP methods of the same name.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * class Items extends web.View {
 *   get(): Response {
 *     return web.jsonResponse({ path: this.request.path });
 *   }
 * }
 * const route = web.view("/items", Items);
 * ```
 */
export abstract class View {
  /** The current request. */
  readonly request: ServerRequest;

  /** Creates one. */
  constructor(request: ServerRequest) {
    this.request = request;
  }
}

/** Makes a handler that creates a view for each request and calls the method of the same name. */
export function viewHandler(
  viewClass: ViewClass,
): { readonly handler: Handler; readonly methods: readonly string[] } {
  if (typeof viewClass?.prototype !== "object") {
    const example = "class Users extends web.View { get() { … } }";
    throw new TypeError(`A view is a class, ${example}, got ${described(viewClass)}`);
  }
  const methods = METHODS.filter((method) => handlerOf(viewClass, method) !== null);
  if (methods.length === 0) {
    throw new TypeError(
      `The view ${viewClass.name} answers nothing: write methods such as get() { … } and ` +
        "post() { … } in lower case, fields of an instance do not count",
    );
  }
  const answer: Handler = (request) => {
    const handler = methods.includes(request.method) ? handlerOf(viewClass, request.method) : null;
    if (handler === null) throw new HTTPMethodNotAllowed(request.method, methods);
    return handler.call(new viewClass(request));
  };
  return { handler: answer, methods };
}

type Method = (this: View) => HandlerResult | Promise<HandlerResult>;

function handlerOf(viewClass: ViewClass, method: string): Method | null {
  const member: unknown = Reflect.get(viewClass.prototype, method.toLowerCase());
  return typeof member === "function" ? member as Method : null;
}

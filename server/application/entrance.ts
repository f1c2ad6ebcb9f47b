import type { Hono } from "hono";
import type { ServeInfo } from "../engine/engine.ts";
import { denoPort } from "../engine/deno_port.ts";
import { isServed, portOf } from "../engine/engine_of_request.ts";
import { recordResponses } from "../engine/response_record.ts";
import type { Logger } from "../request/app_context.ts";
import { headResponse } from "../response/head_response.ts";
import { mountedError } from "./error_response.ts";
import type { HonoRouter } from "./hono_router.ts";
import { refuseFraming } from "./framing_guard.ts";
import { BODY_WAS_READ } from "./mistakes.ts";
import { hostError } from "./host_guard.ts";
import { mutableResponse } from "../request/mutable_response.ts";
import { serverErrorResponse } from "../response/prepare_response.ts";
import { brokenHeader, hasControl } from "../../http/headers/header_text.ts";

/** Refuses unroutable requests, and checks each response before it is sent. */
export class Entrance {
  draining = false; // clients are told to close their connections
  readonly #hono: Hono;
  readonly #router: HonoRouter;
  readonly #logger: Logger;

  constructor(hono: Hono, router: HonoRouter, logger: Logger) {
    this.#hono = hono;
    this.#router = router;
    this.#logger = logger;
    hono.onError((error, { req, env }) =>
      this.check(mountedError(error, logger), req.raw, env as ServeInfo | undefined)
    );
  }

  answer(request: Request, info: ServeInfo | undefined): Response | Promise<Response> {
    const port = portOf(info);
    if (port !== denoPort) recordResponses();
    const refused = hostError(port.headerOf(request, "host"), request.url);
    if (refused !== null) return new Response(`400: ${refused}`, { status: 400 });
    if (port.headerOf(request, "transfer-encoding") !== null) {
      const unframed = refuseFraming(request, info);
      if (unframed !== null) return unframed;
    }
    if (request.method === "HEAD") return this.#answerHead(request, info);
    const response = this.#router.fetch(this.#hono, request, info, "any");
    if (!this.#router.isMounted) return response; // dispatch has checked it
    return response instanceof Promise
      ? response.then(
        (each) => this.check(each, request, info),
        (error) => this.check(mountedError(error, this.#logger), request, info),
      )
      : this.check(response, request, info);
  }

  async #answerHead(request: Request, info: ServeInfo | undefined): Promise<Response> {
    let response: Response;
    try {
      const answered = await this.#router.fetch(this.#hono, request, info, "HEAD");
      response = await headResponse(answered, isServed(info));
    } catch (error) { // also of Response.error(), whose status cannot be sent
      response = mountedError(error, this.#logger);
    }
    return this.check(response, request, info);
  }

  check(given: Response, request: Request, info: ServeInfo | undefined): Response {
    const engine = portOf(info);
    let response = this.#router.isMounted ? this.#router.leaving(request, given) : given;
    try {
      if (this.#router.isMounted && engine.isBodyUsed(response)) throw new TypeError(BODY_WAS_READ);
      if (response.status === 205 && isServed(info) && engine.sendsReset === false) {
        response = new Response(null, { status: 204, headers: response.headers });
      }
      const broken = brokenHeader(engine.headersOf(response));
      if (broken !== null) return this.#withoutBroken(response, broken);
      if (!this.draining || response.status === 101) return response;
      const changed = mutableResponse(response);
      changed.headers.set("connection", "close"); // the client sends no other request on it
      return changed;
    } catch (error) { // Response.error(), whose status cannot be sent
      return mountedError(error, this.#logger);
    }
  }

  /** Replaces a response with a control character in a header, for which Deno would abort. */
  #withoutBroken(response: Response, broken: string): Response {
    const mistake = `Cannot send the response: header "${broken}" holds a control character`;
    this.#logger.error("Error answering a request", new TypeError(mistake));
    if (response.status !== 101) {
      response.body?.cancel().catch(() => {});
      return serverErrorResponse();
    }
    // An upgrade cannot be replaced: neither side of the socket would notice.
    for (const [name, value] of [...response.headers]) {
      if (hasControl(value)) response.headers.delete(name);
    }
    return response;
  }
}

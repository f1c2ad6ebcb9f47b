import { LinkedList } from "../../http/linked_list.ts";
import type { Logger } from "../request/app_context.ts";
import type { Observer } from "./hono_router.ts";
import type { RunningAnswer } from "../request/answer_slot.ts";
import { requestInternals, type ServerRequest } from "../request/request.ts";

/** Handlers and responses that a stop has to end. */
export class OpenAnswers {
  readonly running = new LinkedList<RunningAnswer>(); // sockets and streams after their answer
  readonly waiting = new LinkedList<ServerRequest>(); // whose handler has not answered yet
  readonly observers: Observer[] = []; // innermost first; dispatch takes them at start-up

  /** Ends sockets and streams. Errors are logged, so that the others and the server still end. */
  async endAll(logger: Logger, end: (answer: RunningAnswer) => Promise<void>): Promise<void> {
    await Promise.all([...this.running].map(async (each) => {
      try {
        await end(each);
      } catch (error) {
        logger.error("Error ending a response, because the server stops", error);
      }
    }));
  }

  /** Answers the pending requests with `503`, and logs each. */
  abandon(logger: Logger): void {
    const { waiting } = this;
    for (let place = waiting.first; place !== null; place = waiting.first) {
      waiting.delete(place);
      const { value: request } = place;
      const { method, rawPath } = request;
      const error = new Error("The handler was still running after shutdownTimeout");
      logger.error(`Error handling ${method} ${JSON.stringify(rawPath)}`, error);
      requestInternals.abandon(request, new Response("503: Service Unavailable", { status: 503 }));
    }
  }
}

/**
 * What the playground's cards share.
 * @module
 */
import { web } from "@roundtrip/http";

/** Most bytes of a file. */
export const MAX_UPLOAD = 1024 ** 3;

/** Refuses a file that is too large. */
export function checkSize(bytes: number): void {
  if (bytes <= MAX_UPLOAD) return;
  throw new web.HTTPRequestEntityTooLarge(MAX_UPLOAD, { text: "A file may have 1 GiB at most" });
}

/** Close code for a page that was logged out. */
const LOGGED_OUT = 4401;

/** Who is logged in, and the WebSockets of each log-in. */
export class Logins {
  readonly #broker: web.GroupBroker | undefined;
  readonly #sockets = new Map<string, Set<web.WebSocketResponse>>();

  constructor(broker?: web.GroupBroker) {
    this.#broker = broker;
  }

  /** The log-in of a request; 403 without one. */
  async of<Params>(request: web.ServerRequest<Params>): Promise<{ user: string; id: string }> {
    const session = await web.getSession(request);
    const [user, id] = [session.get<string>("user"), session.get<string>("id")];
    if (user === undefined || id === undefined) {
      throw new web.HTTPForbidden({ text: "Log in first" });
    }
    return { user, id };
  }

  /** Middleware: only for those who are logged in. */
  readonly required: web.Middleware = async (request, handler) => {
    await this.of(request);
    return await handler(request);
  };

  /** Keeps a WebSocket until it is disposed of; a log-out closes it. */
  hold(id: string, socket: web.WebSocketResponse): Disposable {
    const sockets = this.#sockets.get(id) ?? new Set();
    this.#sockets.set(id, sockets.add(socket));
    return {
      [Symbol.dispose]: () => {
        if (sockets.delete(socket) && sockets.size === 0) this.#sockets.delete(id);
      },
    };
  }

  /** Ends a log-in in all tabs, in all processes. */
  async end(id: string | undefined): Promise<void> {
    if (id === undefined) return;
    if (this.#broker === undefined) this.#close(id);
    else await this.#broker.publish("log-outs", id, 0);
  }

  /** Hears of log-outs in other processes. */
  async *listen(): AsyncGenerator<void, void, void> {
    const end = await this.#broker?.subscribe("log-outs", (id) => this.#close(`${id}`));
    yield;
    await end?.();
  }

  #close(id: string): void {
    // Not awaited: the response that deletes the cookie has to arrive before they reconnect.
    for (const socket of this.#sockets.get(id) ?? []) void socket.close(LOGGED_OUT, "Logged out");
  }
}

/** What the cards share. */
export interface Site {
  readonly app: web.Application;
  /** Folder for uploads. */
  readonly folder: string;
  /** Folder of the examples, with the page and the sources. */
  readonly examples: URL;
  readonly logins: Logins;
  /** Events for all pages. */
  readonly news: web.EventGroup;
  /** The chat. */
  readonly room: web.WebSocketGroup;
}

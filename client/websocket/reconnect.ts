import { OptionTable } from "../../http/options.ts";
import { ClientConnectionError, WSServerHandshakeError } from "../errors/client_errors.ts";
import { pause } from "../middleware/abortable_delay.ts";
import type { ClientWebSocketResponse } from "./websocket.ts";

/** Options of {@linkcode reconnect}. */
export interface ReconnectOptions {
  /** Consecutive failures before the error is thrown, 0 for no limit. @default {0} */
  readonly retries?: number | undefined;
  /** Delay after the first failure, in ms; doubles with each further one. @default {500} */
  readonly minDelay?: number | undefined;
  /** Longest delay, in ms. @default {30000} */
  readonly maxDelay?: number | undefined;
  /** Duration from which a connection is a success, in ms. @default {5000} */
  readonly minUptime?: number | undefined;
  /** Ends the iteration and closes the socket. */
  readonly signal?: AbortSignal | undefined;
  /** Called before each delay, in ms; without an error if the connection ended too soon. */
  readonly onRetry?: ((error: Error | null, delay: number) => void) | undefined;
}

const RECONNECT_OPTIONS = new OptionTable<ReconnectOptions>({
  retries: "a number",
  minDelay: "a number",
  maxDelay: "a number",
  minUptime: "a number",
  signal: "an AbortSignal",
  onRetry: "a function",
});

// Temporary refusals; any other 4xx is permanent.
const TRANSIENT = new Set([408, 425, 429]);

/**
 * Reconnects whenever a socket ends, with exponential backoff and jitter. Each iteration yields a
 * new socket, closed at its end; break out of the loop to stop.
 * @typeParam T Result of `receiveJson()`.
 * @param connect Opens a connection: `() => session.wsConnect(url)`.
 * @throws {WSServerHandshakeError} If the server refuses with a permanent status.
 * @throws {ClientConnectionError} If `retries` consecutive attempts have failed.
 * @example
 * ```ts
 * import { ClientSession, reconnect, web } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * app.addRoutes([web.get("/ticks", web.webSocket((socket) => socket.sendStr("tick")))]);
 * await using server = await web.TestServer.start(app);
 * await using session = new ClientSession({ baseUrl: server.url });
 * let sockets = 0;
 * for await (const ws of reconnect(() => session.wsConnect("/ticks"), { minDelay: 1 })) {
 *   console.assert(await ws.receiveStr() === "tick");
 *   if (++sockets === 2) break;
 * }
 * ```
 */
export async function* reconnect<T = unknown>(
  connect: () => Promise<ClientWebSocketResponse<T>>,
  options: ReconnectOptions = {},
): AsyncGenerator<ClientWebSocketResponse<T>, void, void> {
  RECONNECT_OPTIONS.check("reconnect()", options);
  const { retries = 0, minDelay = 500, maxDelay = 30_000, minUptime = 5_000, signal } = options;
  let failures = 0;
  while (!signal?.aborted) {
    let error: Error | null = null;
    try {
      const socket = await connect();
      const start = performance.now();
      const close = (): void => void socket.close();
      signal?.addEventListener("abort", close);
      try {
        yield socket;
        if (performance.now() - start >= minUptime) failures = 0;
      } finally {
        signal?.removeEventListener("abort", close);
        await socket.close();
      }
    } catch (caught) {
      if (signal?.aborted) return;
      if (!isTransient(caught)) throw caught;
      error = caught;
    }
    failures++;
    if (retries > 0 && failures > retries) {
      throw error ?? new ClientConnectionError(
        `Cannot stay connected: ${failures} attempts in a row have failed, and the last connection ` +
          `ended within ${minUptime} ms. minUptime says what counts as a success`,
      );
    }
    // Half of it is random, so that clients do not all reconnect at once.
    const delay = Math.min(maxDelay, minDelay * 2 ** Math.min(failures - 1, 30)) *
      (0.5 + Math.random() / 2);
    options.onRetry?.(error, delay);
    await pause(delay, signal ?? new AbortController().signal).catch(() => {}); // aborted: the loop ends
  }
}

function isTransient(error: unknown): error is Error {
  if (error instanceof WSServerHandshakeError) {
    return error.status >= 500 || TRANSIENT.has(error.status);
  }
  return error instanceof ClientConnectionError;
}

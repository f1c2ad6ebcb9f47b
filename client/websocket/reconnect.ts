/**
 * A WebSocket that comes back.
 * @module
 */
import { OptionTable } from "../../http/options.ts";
import { ClientConnectionError } from "../errors/connection_errors.ts";
import { pause } from "../middleware/abortable_delay.ts";
import type { ClientWebSocketResponse } from "./websocket.ts";
import { WSServerHandshakeError } from "./handshake_error.ts";

/** What {@linkcode reconnect} takes. */
export interface ReconnectOptions {
  /**
   * Attempts in a row that may fail before the failure is thrown; 0 for no limit. A connection that
   * ends before `minUptime` has failed too.
   * @default {0}
   */
  readonly retries?: number | undefined;
  /** Wait after the first failure, in ms; doubled at each further one. @default {500} */
  readonly minDelay?: number | undefined;
  /** Longest wait, in ms. @default {30000} */
  readonly maxDelay?: number | undefined;
  /**
   * How long a connection has to last to count as a success, in ms; a server that accepts and
   * closes at once is not asked again at once.
   * @default {5000}
   */
  readonly minUptime?: number | undefined;
  /** Ends the iteration: no further attempt, and the socket is closed. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Told before each wait.
   *
   * @param error Why the attempt failed, `null` if the connection was made and ended soon.
   * @param delay The wait, in ms.
   */
  readonly onRetry?: ((error: Error | null, delay: number) => void) | undefined;
}

/** Names and types of {@linkcode ReconnectOptions}. */
export const RECONNECT_OPTIONS = new OptionTable<ReconnectOptions>({
  retries: "a number",
  minDelay: "a number",
  maxDelay: "a number",
  minUptime: "a number",
  signal: "an AbortSignal",
  onRetry: "a function",
});

// Refusals that may pass by themselves; any other 4xx would come again.
const TRANSIENT = new Set([408, 425, 429]);
const NEVER = new AbortController().signal;

/**
 * Connects again whenever a socket ends, with exponential backoff and jitter. Each turn of the loop
 * gets a new socket; leave the loop to end it.
 *
 * @typeParam T What the sockets' `receiveJson()` gives.
 * @param connect Makes a connection: `() => session.wsConnect(url)`.
 * @param options Limits and waits.
 * @yields A socket that is open; it is closed at the end of its turn.
 * @throws {WSServerHandshakeError} If the server refuses with a status that will not change.
 * @throws {ClientConnectionError} If `retries` attempts in a row have failed.
 *
 * @example
 * ```ts
 * import { ClientSession, reconnect, web } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * app.addRoutes([web.get("/ticks", web.webSocket((socket) => socket.sendStr("tick")))]);
 * await using runner = new web.AppRunner(app);
 * const baseUrl = await runner.listen({ hostname: "127.0.0.1", port: 0 });
 *
 * await using session = new ClientSession({ baseUrl });
 * let ticks = 0;
 * for await (const ws of reconnect(() => session.wsConnect("/ticks"), { minDelay: 1 })) {
 *   for await (const message of ws) ticks += message.data === "tick" ? 1 : 0;
 *   if (ticks === 2) break;
 * }
 * console.assert(ticks === 2);
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
    // Half of it at random: clients of a server that has gone do not come back all at once.
    const delay = Math.min(maxDelay, minDelay * 2 ** Math.min(failures - 1, 30)) *
      (0.5 + Math.random() / 2);
    options.onRetry?.(error, delay);
    await pause(delay, signal ?? NEVER).catch(() => {}); // given up: the loop ends
  }
}

function isTransient(error: unknown): error is Error {
  if (error instanceof WSServerHandshakeError) {
    return error.status >= 500 || TRANSIENT.has(error.status);
  }
  return error instanceof ClientConnectionError;
}

/**
 * Finds out that a server is dead.
 * @module
 */
import { WebSocketTimeoutError } from "../../http/websocket/errors.ts";

/** What a heartbeat works with. */
export interface HeartbeatOptions {
  /** Silence after which a ping is sent, in ms. */
  readonly interval: number;
  /** Tells how many bytes have come so far; any of them is a sign of life. */
  bytesRead(): number;
  /** Sends a ping. */
  ping(): void;
  /**
   * Called once when the server is dead.
   *
   * @param error What to tell.
   */
  die(error: Error): void;
}

/** A heartbeat that runs. */
export interface Heartbeat {
  /** Stops to watch, while nothing is read from the server. */
  pause(): void;
  /** Watches again. */
  resume(): void;
  /** Ends it. */
  stop(): void;
}

// Looks this often in an interval: the silence is known to a quarter of it, so that ping and
// deadline together stay within the interval and a half.
const LOOKS = 4;

/**
 * Starts a heartbeat: a ping in silence, then half an interval to answer, as aiohttp.
 *
 * @param options Interval and connection.
 * @returns The heartbeat.
 */
export function startHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { interval } = options;
  let seen = -1;
  let quiet = 0; // looks without a new byte
  let pinged = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const look = (): void => {
    const read = options.bytesRead();
    if (read !== seen) {
      seen = read;
      quiet = 0;
      pinged = false;
    } else {
      quiet++;
    }
    if (pinged && quiet >= LOOKS + LOOKS / 2 - 1) {
      const limit = interval / 2;
      return options.die(new WebSocketTimeoutError(`No PONG received after ${limit} ms`, limit));
    }
    if (!pinged && quiet >= LOOKS - 1) {
      pinged = true;
      options.ping();
    }
    timer = setTimeout(look, interval / LOOKS);
  };
  const resume = (): void => {
    clearTimeout(timer);
    seen = -1;
    look();
  };
  resume();
  return { pause: () => clearTimeout(timer), resume, stop: () => clearTimeout(timer) };
}

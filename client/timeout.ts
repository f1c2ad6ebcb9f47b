/**
 * The time a request may take.
 * @module
 */
import {
  asError,
  ConnectionTimeoutError,
  ServerTimeoutError,
  SocketTimeoutError,
} from "./connection_errors.ts";
import type { ProgressCallback } from "./progress.ts";
import type { RequestContext, RequestPhases } from "./request_context.ts";
import { clearDeadline, type Deadline, setDeadline, type Waiting } from "./timer_queue.ts";
import type { RequestTrace } from "./trace.ts";

/**
 * Limits of time, aiohttp's `ClientTimeout`.
 *
 * @example
 * ```ts
 * import { ClientSession, type ClientTimeout } from "@roundtrip/http";
 *
 * const timeout: ClientTimeout = { total: 60_000, sockRead: 5_000 }; // ms
 * await using session = new ClientSession({ app: { fetch: () => new Response("hello") }, timeout });
 * await using response = await session.get("/", { timeout: { total: 1_000 } }); // this one alone
 * console.assert(await response.text() === "hello");
 * ```
 */
export interface ClientTimeout {
  /**
   * From the call to the last byte of the body, over all redirects and retries, in ms; 0 for no
   * limit.
   * @default {300000}
   */
  readonly total?: number;
  /**
   * For each hop, until there is a connection, in ms; 0 for no limit. It counts the wait for one of
   * `connector.limit`. `fetch` does not tell when it has connected: over it the limit runs until the
   * reply's head has come, so that it has to leave room for a long upload and a slow answer.
   * @default {0}
   */
  readonly connect?: number;
  /**
   * Longest silence of the peer while bytes of it are waited for, in ms; 0 for no limit. The wait
   * for the head counts, from when the request's body is on its way; a reader that takes its time
   * does not.
   * @default {0}
   */
  readonly sockRead?: number;
}

const DEFAULT_TIMEOUT: Required<ClientTimeout> = { total: 300_000, connect: 0, sockRead: 0 };

/**
 * Completes limits of time.
 *
 * @param timeout What the caller gave.
 * @returns The limits, in ms.
 * @throws {RangeError} If one is negative or too large for a timer.
 */
export function resolveTimeout(timeout: ClientTimeout | undefined): Required<ClientTimeout> {
  if (timeout === undefined) return DEFAULT_TIMEOUT;
  const { total, connect, sockRead } = { ...DEFAULT_TIMEOUT, ...defined(timeout) };
  for (const [name, limit] of Object.entries({ total, connect, sockRead })) {
    // setTimeout counts in 32 bits; beyond, it would fire at once.
    if (!(limit >= 0 && limit <= 0x7fffffff)) {
      throw new RangeError(`Cannot use timeout.${name} ${limit}: expected 0 to ${0x7fffffff} ms`);
    }
  }
  return { total, connect, sockRead };
}

function defined(timeout: ClientTimeout): Partial<Required<ClientTimeout>> {
  return Object.fromEntries(Object.entries(timeout).filter(([, limit]) => limit !== undefined));
}

/** A controller whose request has ended without an abort serves the next one: see timer_queue.ts. */
interface Idle {
  readonly controller: AbortController;
  /** How many requests it has served. */
  uses: number;
}

const idle: Idle[] = [];
const MAX_IDLE = 256;
// A signal keeps a weak reference to every signal that was made to follow it, for ever.
const MAX_USES = 100;
const ENDED = AbortSignal.abort(new DOMException("The request has ended", "AbortError"));

/** What a {@linkcode Watch} is made of. */
export interface WatchInit {
  /** URL that the caller asked for. */
  readonly url: URL;
  /** Limits of time, complete. */
  readonly limits: Required<ClientTimeout>;
  /** The caller's own signal. */
  readonly external: AbortSignal | null;
  /** Told about the request's way. */
  readonly trace: RequestTrace | null;
  /** Proxy of this request. */
  readonly proxy: string | null;
  /** Whether no `Content-Type` is added to a body. */
  readonly skipsContentType: boolean;
  /** Whether bodies have to come as they are on the wire. */
  readonly rawBody: boolean;
  /** Told how much of the body was sent, `null` for nobody. */
  readonly onUploadProgress: ProgressCallback | null;
}

/**
 * Watches one request from the call to the end of its body. Its signal goes to the transport; what
 * it aborts with is the error that the caller sees.
 */
export class Watch implements RequestContext, RequestPhases, Waiting {
  readonly initialUrl: URL;
  readonly trace: RequestTrace | null;
  readonly proxy: string | null;
  readonly skipsContentType: boolean;
  readonly rawBody: boolean;
  readonly onUploadProgress: ProgressCallback | null;
  readonly #limits: Required<ClientTimeout>;
  readonly #start = performance.now();
  #abortable: Idle | null = idle.pop() ?? { controller: new AbortController(), uses: 0 };
  #total: Deadline | null = null;
  #connect: Deadline | null = null;
  #silence: ReturnType<typeof setTimeout> | null = null;
  #readingSince = Infinity;
  #unlisten: (() => void) | null = null;
  #onAbort: ((reason: Error) => void) | null = null;

  /**
   * Starts the watch.
   *
   * @param init Limits and listeners.
   */
  constructor(init: WatchInit) {
    this.initialUrl = init.url;
    this.trace = init.trace;
    this.proxy = init.proxy;
    this.skipsContentType = init.skipsContentType;
    this.rawBody = init.rawBody;
    this.onUploadProgress = init.onUploadProgress;
    this.#limits = init.limits;
    const { total } = init.limits;
    if (total > 0) this.#total = setDeadline(total, this.#start, this);
    if (init.external !== null) this.#unlisten = this.#listen(init.external);
  }

  /** Aborts when a limit has passed or the caller's own signal aborts. */
  get signal(): AbortSignal {
    return this.#abortable?.controller.signal ?? ENDED;
  }

  /** Time left of the total in ms, `Infinity` without a limit. */
  get remaining(): number {
    const { total } = this.#limits;
    return total === 0 ? Infinity : Math.max(0, this.#start + total - performance.now());
  }

  /**
   * Calls a listener on an abort, besides the signal. A body under way needs it: a transport heeds
   * the signal until the head has come, see `HopRequest`.
   *
   * @param listener Gets the error to fail with.
   */
  onAbort(listener: (reason: Error) => void): void {
    const { signal } = this;
    this.#onAbort = listener;
    if (signal.aborted && signal !== ENDED) listener(asError(signal.reason));
  }

  /** The total has passed. */
  onDue(): void {
    this.#expire("total");
  }

  /** The watch itself, as what knows the request's phases. */
  get phases(): RequestPhases {
    return this;
  }

  /** Whether there is a limit on connecting. */
  get watchesConnect(): boolean {
    return this.#limits.connect > 0;
  }

  /** Whether there is a limit on silence. */
  get watchesReads(): boolean {
    return this.#limits.sockRead > 0;
  }

  /** A connection is wanted. */
  connecting(): void {
    const { connect } = this.#limits;
    if (connect === 0 || this.#abortable === null) return;
    this.connected();
    const onDue = (): void => this.#expire("connect");
    this.#connect = setDeadline(connect, performance.now(), { onDue });
  }

  /** A connection is there. */
  connected(): void {
    if (this.#connect !== null) clearDeadline(this.#connect);
    this.#connect = null;
  }

  /** The peer's next bytes are waited for. */
  reading(): void {
    const { sockRead } = this.#limits;
    if (sockRead === 0 || this.#abortable === null) return;
    this.#readingSince = performance.now();
    // One timer for many reads: when it fires early for the last of them, it is set again.
    if (this.#silence === null) this.#armSilence(sockRead);
  }

  /** Bytes have come, or nobody waits for any. */
  idle(): void {
    this.#readingSince = Infinity;
  }

  /** Ends the watch; called when the body has ended or was given up. */
  end(): void {
    const own = this.#abortable;
    if (own === null) return;
    this.#stop();
    this.#abortable = this.#onAbort = null;
    if (!own.controller.signal.aborted && ++own.uses < MAX_USES && idle.length < MAX_IDLE) {
      idle.push(own);
    }
  }

  /**
   * Ends the watch and whatever of the request is still under way.
   *
   * @param reason Why.
   */
  fail(reason: unknown): void {
    this.#abort(reason);
    this.#abortable = this.#onAbort = null;
  }

  #abort(reason: unknown): void {
    this.#stop();
    const listener = this.#onAbort;
    const error = asError(reason);
    this.#abortable?.controller.abort(error);
    listener?.(error);
  }

  #stop(): void {
    if (this.#total !== null) clearDeadline(this.#total);
    this.connected();
    if (this.#silence !== null) clearTimeout(this.#silence);
    this.#total = this.#silence = null;
    this.#unlisten?.();
  }

  #armSilence(delay: number): void {
    this.#silence = setTimeout(() => {
      this.#silence = null;
      if (this.#readingSince === Infinity) return; // the next reading() arms it again
      const left = this.#readingSince + this.#limits.sockRead - performance.now();
      if (left > 0.5) this.#armSilence(Math.ceil(left));
      else this.#expire("sockRead");
    }, delay);
  }

  #expire(phase: keyof ClientTimeout): void {
    const elapsed = performance.now() - this.#start;
    const type = TIMEOUT_ERRORS[phase];
    this.#abort(new type(this.initialUrl, phase, this.#limits[phase], elapsed));
  }

  #listen(external: AbortSignal): () => void {
    const onAbort = (): void => this.#abort(external.reason);
    if (external.aborted) onAbort();
    else external.addEventListener("abort", onAbort);
    return () => external.removeEventListener("abort", onAbort);
  }
}

const TIMEOUT_ERRORS = {
  total: ServerTimeoutError,
  connect: ConnectionTimeoutError,
  sockRead: SocketTimeoutError,
} as const;

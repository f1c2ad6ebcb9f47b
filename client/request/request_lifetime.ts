/**
 * One request under way: its time, and whatever has to end with it.
 * @module
 */
import type { LinkedList, LinkedNode } from "../../http/linked_list.ts";
import {
  asError,
  ConnectionTimeoutError,
  ServerTimeoutError,
  SocketTimeoutError,
} from "../errors/connection_errors.ts";
import type { Payload } from "../hop/payload.ts";
import type { ProgressCallback } from "../hop/progress.ts";
import type { RequestContext, RequestPhases } from "../hop/request_context.ts";
import type { ClientTimeout, TimeLimits } from "../hop/timeout.ts";
import { clearDeadline, type Deadline, setDeadline, type Waiting } from "./deadline.ts";
import type { RequestTrace } from "../hop/trace.ts";
import { discardReply, type HopResult } from "../hop/transport.ts";

/** What a {@linkcode Watch} is made of. */
export interface WatchInit {
  /** URL that the caller asked for. */
  readonly url: URL | string;
  /** Limits of time, complete. */
  readonly limits: TimeLimits;
  /** The caller's own signal. */
  readonly external: AbortSignal | null;
  /** Told about the request's way. */
  readonly trace: RequestTrace | null;
  /** Proxy of this request. */
  readonly proxy: string | null;
  /** Names of headers, in lower case, that are not added by themselves. */
  readonly skipped: ReadonlySet<string>;
  /** Whether bodies have to come as they are on the wire. */
  readonly rawBody: boolean;
  /** Told how much of the body was sent, `null` for nobody. */
  readonly onUploadProgress: ProgressCallback | null;
  /** The requests of the session that are under way: the watch is among them until it ends. */
  readonly open: LinkedList<Watch>;
}

/**
 * Watches one request from the call to the end of its body. Its signal goes to the transport; what
 * it aborts with is the error that the caller sees.
 */
export class Watch implements RequestContext, RequestPhases, Waiting {
  readonly trace: RequestTrace | null;
  readonly proxy: string | null;
  readonly skipped: ReadonlySet<string>;
  readonly rawBody: boolean;
  readonly onUploadProgress: ProgressCallback | null;
  readonly #limits: TimeLimits;
  readonly #start = performance.now();
  readonly #url: URL | string;
  #initialUrl: URL | null = null;
  readonly #controller = new AbortController();
  #total: Deadline | null = null;
  #connect: Deadline | null = null;
  #sockConnect: Deadline | null = null;
  #silence: ReturnType<typeof setTimeout> | null = null;
  #readingSince = Infinity;
  #unlisten: (() => void) | null = null;
  #onAbort: ((reason: Error) => void) | null = null;
  readonly #open: LinkedList<Watch>;
  readonly #place: LinkedNode<Watch>;
  #isOver = false;
  #reply: HopResult | null = null; // the last one, while nobody else answers for it
  #earlier: HopResult[] | null = null;
  #bodies: Payload[] | null = null;

  /**
   * Starts the watch.
   *
   * @param init Limits and listeners.
   */
  constructor(init: WatchInit) {
    this.#url = init.url;
    this.trace = init.trace;
    this.proxy = init.proxy;
    this.skipped = init.skipped;
    this.rawBody = init.rawBody;
    this.onUploadProgress = init.onUploadProgress;
    this.#limits = init.limits;
    this.#open = init.open;
    this.#place = init.open.add(this);
    const { total } = init.limits;
    if (total > 0) this.#total = setDeadline(total, this.#start, this);
    if (init.external !== null) this.#unlisten = this.#listen(init.external);
  }

  /** URL that the caller asked for. */
  get initialUrl(): URL {
    return this.#initialUrl ??= new URL(this.#url);
  }

  /** Aborts when a limit has passed or the caller's own signal aborts. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Time left of the total in ms, `Infinity` without a limit. */
  get remaining(): number {
    const { total } = this.#limits;
    return total === 0 ? Infinity : Math.max(0, this.#start + total - performance.now());
  }

  /**
   * Calls a listener on an abort, besides the signal. A body under way needs it: a transport heeds
   * the signal until the head has come, see `HopRequest`. From now on the listener answers for the
   * reply.
   *
   * @param listener Gets the error to fail with.
   */
  onAbort(listener: (reason: Error) => void): void {
    const { signal } = this;
    this.#onAbort = listener;
    this.#reply = this.#earlier = null;
    if (signal.aborted) listener(asError(signal.reason));
  }

  /**
   * A reply has come; if the request fails now, it is given up.
   *
   * @param reply The reply.
   */
  received(reply: HopResult): void {
    if (this.#reply !== null) (this.#earlier ??= []).push(this.#reply);
    this.#reply = reply;
  }

  /**
   * A body is the request's.
   *
   * @param body The body.
   */
  own(body: Payload): void {
    if (body.close !== undefined) (this.#bodies ??= []).push(body);
  }

  /** Closes the bodies; called when the request is over. */
  closeBodies(): void {
    for (const each of this.#bodies ?? []) each.close?.();
    this.#bodies = null;
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
    return this.#limits.connect > 0 || this.#limits.sockConnect > 0;
  }

  /** Whether there is a limit on silence. */
  get watchesReads(): boolean {
    return this.#limits.sockRead > 0;
  }

  /** A connection is wanted. */
  connecting(): void {
    const { connect } = this.#limits;
    if (connect === 0 || this.#isOver) return;
    this.connected();
    const onDue = (): void => this.#expire("connect");
    this.#connect = setDeadline(connect, performance.now(), { onDue });
  }

  /** A new connection is made. */
  opening(): void {
    const { sockConnect } = this.#limits;
    if (sockConnect === 0 || this.#isOver) return;
    const onDue = (): void => this.#expire("sockConnect");
    this.#sockConnect = setDeadline(sockConnect, performance.now(), { onDue });
  }

  /** A connection is there. */
  connected(): void {
    if (this.#connect !== null) clearDeadline(this.#connect);
    if (this.#sockConnect !== null) clearDeadline(this.#sockConnect);
    this.#connect = this.#sockConnect = null;
  }

  /** The peer's next bytes are waited for. */
  reading(): void {
    const { sockRead } = this.#limits;
    if (sockRead === 0 || this.#isOver) return;
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
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stop();
    this.#onAbort = null;
  }

  /**
   * Ends the watch and whatever of the request is still under way.
   *
   * @param reason Why.
   */
  fail(reason: unknown): void {
    this.#abort(reason);
    this.#isOver = true;
    this.#onAbort = null;
    const replies = [...this.#earlier ?? [], ...this.#reply === null ? [] : [this.#reply]];
    this.#reply = this.#earlier = null;
    for (const each of replies) discardReply(each);
  }

  #abort(reason: unknown): void {
    this.#stop();
    const listener = this.#onAbort;
    const error = asError(reason);
    if (!this.#isOver) this.#controller.abort(error);
    listener?.(error);
  }

  #stop(): void {
    this.#open.delete(this.#place);
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
  sockConnect: ConnectionTimeoutError,
  sockRead: SocketTimeoutError,
} as const;

import { LinkedList, type LinkedNode } from "../../http/linked_list.ts";
import type { SendableBody } from "../../http/bytes/sendable_body.ts";
import {
  ConnectionTimeoutError,
  type RequestDetails,
  ServerTimeoutError,
  SocketTimeoutError,
} from "../errors/client_errors.ts";
import { asError } from "../errors/make_error.ts";
import type { Abortable, HopAbort } from "./hop_abort.ts";
import type { ProgressCallback } from "./progress.ts";
import { keepAlive, type Timer } from "./runtime.ts";
import type { TimeLimits } from "./timeout.ts";
import { RequestTrace, type TraceConfig } from "./trace.ts";
import { discardReply, type HopResult } from "./transport.ts";

interface ContextOptions {
  readonly session: { readonly traceConfigs: readonly TraceConfig[] };
  readonly timeout: TimeLimits;
  readonly traceContext: unknown;
  readonly proxy: string | null;
  readonly skipAutoHeaders: ReadonlySet<string>;
  readonly policy: { readonly autoDecompress: boolean };
  readonly onUploadProgress: ProgressCallback | null;
  readonly signal: AbortSignal | null;
}

/** State shared by all hops of a request until its body ends; `reason` is the caller's error. */
export class RequestContext implements HopAbort {
  readonly trace: RequestTrace | null;
  /** Proxy of this request; `null` for the session's. */
  readonly proxy: string | null;
  /** Automatic headers to omit, names in lower case. */
  readonly skipped: ReadonlySet<string>;
  readonly rawBody: boolean;
  readonly onUploadProgress: ProgressCallback | null;
  readonly #limits: TimeLimits;
  readonly #start = performance.now();
  readonly #url: URL | string;
  #initialUrl: URL | null = null;
  #reason: Error | null = null;
  #controller: AbortController | null = null;
  #target: Abortable | null = null; // usually only one
  #others: Abortable[] | null = null;
  // Deadlines; Infinity while inactive.
  #totalDue: number;
  #connectDue = Infinity;
  #sockConnectDue = Infinity;
  #silenceDue = Infinity;
  #unlisten: (() => void) | null = null;
  readonly #open: OpenRequests;
  readonly #place: LinkedNode<RequestContext>;
  #isOver = false;
  #replies: HopResult[] | null = null; // until the last one has an owner
  #bodies: SendableBody[] | null = null;

  constructor(
    options: ContextOptions,
    url: URL | string,
    body: SendableBody | null | undefined,
    open: OpenRequests,
  ) {
    const { timeout, session, signal } = options;
    this.#url = url;
    this.trace = session.traceConfigs.length === 0
      ? null
      : new RequestTrace(session.traceConfigs, options.traceContext);
    this.proxy = options.proxy;
    this.skipped = options.skipAutoHeaders;
    this.rawBody = !options.policy.autoDecompress;
    this.onUploadProgress = options.onUploadProgress;
    this.#limits = timeout;
    this.#totalDue = timeout.total === 0 ? Infinity : this.#start + timeout.total;
    this.#open = open;
    this.#place = open.add(this);
    if (body) this.own(body);
    if (signal !== null) this.#listen(signal);
  }

  get initialUrl(): URL {
    return this.#initialUrl ??= new URL(this.#url);
  }

  get reason(): Error | null {
    return this.#reason;
  }

  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.#reason !== null) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  add(target: Abortable): void {
    if (this.#target === null) this.#target = target;
    else if (this.#others === null) this.#others = [target]; // push() would make room for 16
    else this.#others.push(target);
  }

  delete(target: Abortable): void {
    if (this.#target === target) this.#target = null;
    else if (this.#others !== null) {
      this.#others = this.#others.filter((each) => each !== target);
    }
  }

  /** Remaining time of `timeout.total` in ms, `Infinity` without a timeout. */
  get remaining(): number {
    return Math.max(0, this.#totalDue - performance.now());
  }

  /** Sets the owner of the response: transports may ignore an abort after the head. */
  answeredBy(response: Abortable): void {
    this.#replies = null;
    if (this.#reason === null) this.add(response);
    else response.abort(this.#reason);
  }

  /** Remembers the response so that a failure can cancel its body. */
  received(reply: HopResult): void {
    if (this.#replies === null) this.#replies = [reply];
    else this.#replies.push(reply);
  }

  /** Registers a body to close after the request. */
  own(body: SendableBody): void {
    if (body.close !== undefined) (this.#bodies ??= []).push(body);
  }

  get ownsBodies(): boolean {
    return this.#bodies !== null;
  }

  closeBodies(): void {
    for (const each of this.#bodies ?? []) each.close?.();
    this.#bodies = null;
  }

  /** First deadline by `performance.now()`, or `Infinity`. */
  get due(): number {
    return Math.min(this.#totalDue, this.#connectDue, this.#sockConnectDue, this.#silenceDue);
  }

  onDue(): void {
    const { due } = this;
    const [phase, type] = due === this.#totalDue
      ? ["total", ServerTimeoutError] as const
      : due === this.#silenceDue
      ? ["sockRead", SocketTimeoutError] as const
      : [due === this.#connectDue ? "connect" : "sockConnect", ConnectionTimeoutError] as const;
    const elapsed = performance.now() - this.#start;
    this.#abort(new type(this.initialUrl, phase, this.#limits[phase], elapsed));
  }

  get watchesConnect(): boolean {
    return this.#limits.connect > 0 || this.#limits.sockConnect > 0;
  }

  get watchesReads(): boolean {
    return this.#limits.sockRead > 0;
  }

  /** Waiting for a connection. */
  connecting(): void {
    this.#connectDue = this.#dueAfter(this.#limits.connect);
  }

  opening(): void {
    this.#sockConnectDue = this.#dueAfter(this.#limits.sockConnect);
  }

  connected(): void {
    this.#connectDue = this.#sockConnectDue = Infinity;
  }

  /** Waiting for bytes of the peer. */
  reading(): void {
    this.#silenceDue = this.#dueAfter(this.#limits.sockRead);
  }

  /** Bytes arrived, or reading has paused. */
  idle(): void {
    this.#silenceDue = Infinity;
  }

  #dueAfter(limit: number): number {
    if (limit === 0 || this.#isOver) return Infinity;
    const due = performance.now() + limit;
    this.#open.expect(due);
    return due;
  }

  arrived(request: RequestDetails, reply: HopResult): void {
    if (this.trace === null) return;
    const { status, headers } = reply; // the platform's headers are made here
    this.trace.emit("onRequestEnd", { request, response: { status, url: request.url, headers } });
  }

  failed(request: RequestDetails, error: unknown): void {
    this.fail(error);
    this.closeBodies();
    this.trace?.emit("onRequestException", { request, error });
  }

  /** Ends the lifetime; called when the body has ended or was cancelled. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stop();
    this.#target = this.#others = null;
  }

  fail(reason: unknown): void {
    this.#abort(reason);
    this.#isOver = true;
    for (const each of this.#replies ?? []) discardReply(each);
    this.#replies = null;
  }

  #abort(reason: unknown): void {
    this.#stop();
    const error = asError(reason);
    const targets = [this.#target, ...this.#others ?? []];
    this.#target = this.#others = null;
    if (!this.#isOver && this.#reason === null) {
      this.#reason = error;
      this.#controller?.abort(error);
    }
    for (const each of targets) each?.abort(error);
  }

  #stop(): void {
    this.#open.delete(this.#place);
    this.#unlisten?.();
    this.#unlisten = null;
  }

  #listen(external: AbortSignal): void {
    const onAbort = (): void => this.#abort(external.reason);
    if (external.aborted) return onAbort();
    external.addEventListener("abort", onAbort);
    this.#unlisten = () => external.removeEventListener("abort", onAbort);
  }
}

export type Timed = Pick<RequestContext, "due" | "onDue">;

/** The open requests of a session in starting order, with one timer for the first deadline: each would take 2 us. */
export class OpenRequests<T extends Timed = RequestContext> implements Iterable<T> {
  readonly #list = new LinkedList<T>();
  onEmpty: (() => void) | null = null;
  #timer: Timer | null = null;
  #firesAt = Infinity;

  get size(): number {
    return this.#list.size;
  }

  add(request: T): LinkedNode<T> {
    if (this.#list.size === 0 && this.#timer !== null) keepAlive(this.#timer, true);
    const place = this.#list.add(request);
    this.expect(request.due);
    return place;
  }

  /** Removes a request, which may have been removed before. */
  delete(place: LinkedNode<T>): void {
    if (!this.#list.delete(place) || this.#list.size > 0) return;
    // Without deadlines the timer must not keep the process alive.
    if (this.#timer !== null) keepAlive(this.#timer, false);
    this.onEmpty?.();
  }

  expect(due: number): void {
    if (due >= this.#firesAt) return;
    this.clear();
    this.#firesAt = due;
    this.#timer = setTimeout(() => this.#fire(), Math.max(1, Math.ceil(due - performance.now())));
  }

  clear(): void {
    if (this.#timer !== null) clearTimeout(this.#timer as number);
    this.#timer = null;
    this.#firesAt = Infinity;
  }

  /** The requests in order; safe against removal during the iteration. */
  [Symbol.iterator](): Iterator<T> {
    return [...this.#list].values();
  }

  #fire(): void {
    this.#timer = null;
    this.#firesAt = Infinity;
    // A timer may fire a fraction of a millisecond early.
    const now = performance.now() + 0.5;
    let next = Infinity;
    for (const each of this) {
      if (each.due <= now) each.onDue();
      else next = Math.min(next, each.due);
    }
    this.expect(next);
  }
}

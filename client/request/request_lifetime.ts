/**
 * One request under way: its time, and whatever has to end with it.
 * @module
 */
import type { LinkedNode } from "../../http/linked_list.ts";
import {
  asError,
  ConnectionTimeoutError,
  ServerTimeoutError,
  SocketTimeoutError,
} from "../errors/connection_errors.ts";
import type { Abortable, HopAbort } from "../hop/hop_abort.ts";
import type { Payload } from "../hop/payload.ts";
import type { ProgressCallback } from "../hop/progress.ts";
import type { RequestContext, RequestPhases } from "../hop/request_context.ts";
import type { TimeLimits } from "../hop/timeout.ts";
import type { OpenRequests, Timed } from "./open_requests.ts";
import type { ClientRequest, ClientRequestInit } from "../hop/request.ts";
import { RequestTrace } from "../hop/trace.ts";
import type { ResolvedOptions } from "./options.ts";
import type { Arrival } from "./redirect.ts";
import { discardReply, type HopResult } from "../hop/transport.ts";

/**
 * Watches one request from the call to the end of its body. What it aborts with is the error that the
 * caller sees.
 */
export class Watch implements RequestContext, RequestPhases, HopAbort, Timed {
  readonly trace: RequestTrace | null;
  readonly proxy: string | null;
  readonly skipped: ReadonlySet<string>;
  readonly rawBody: boolean;
  readonly onUploadProgress: ProgressCallback | null;
  readonly #limits: TimeLimits;
  readonly #start = performance.now();
  readonly #url: URL | string;
  #initialUrl: URL | null = null;
  #reason: Error | null = null;
  #controller: AbortController | null = null;
  #target: Abortable | null = null; // most requests have one at a time
  #others: Set<Abortable> | null = null;
  // When limits have passed; Infinity while there is nothing to wait for.
  #totalDue: number;
  #connectDue = Infinity;
  #sockConnectDue = Infinity;
  #silenceDue = Infinity;
  #unlisten: (() => void) | null = null;
  readonly #open: OpenRequests<Watch>;
  readonly #place: LinkedNode<Watch>;
  #isOver = false;
  #reply: HopResult | null = null; // the last one, while nobody else answers for it
  #earlier: HopResult[] | null = null;
  #bodies: Payload[] | null = null;

  /**
   * Starts the watch.
   *
   * @param resolved The request's options.
   * @param init Its first hop.
   * @param open The requests of the session that are under way: this is among them until it ends.
   */
  constructor(resolved: ResolvedOptions, init: ClientRequestInit, open: OpenRequests<Watch>) {
    const { timeout, session } = resolved;
    this.#url = init.url;
    this.trace = session.traceConfigs.length === 0
      ? null
      : new RequestTrace(session.traceConfigs, resolved.traceContext);
    this.proxy = resolved.proxy;
    this.skipped = resolved.skipAutoHeaders;
    this.rawBody = !resolved.policy.autoDecompress;
    this.onUploadProgress = resolved.onUploadProgress;
    this.#limits = timeout;
    this.#totalDue = timeout.total === 0 ? Infinity : this.#start + timeout.total;
    this.#open = open;
    this.#place = open.add(this);
    if (init.payload) this.own(init.payload);
    if (resolved.signal !== null) this.#unlisten = this.#listen(resolved.signal);
  }

  /** URL that the caller asked for. */
  get initialUrl(): URL {
    return this.#initialUrl ??= new URL(this.#url);
  }

  /** Why the request was given up: a limit has passed, or the caller's own signal has aborted. */
  get reason(): Error | null {
    return this.#reason;
  }

  /** The same as a signal. */
  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.#reason !== null) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** The watch itself, as what ends its hops. */
  get abort(): HopAbort {
    return this;
  }

  add(target: Abortable): void {
    if (this.#target === null) this.#target = target;
    else (this.#others ??= new Set()).add(target);
  }

  delete(target: Abortable): void {
    if (this.#target === target) this.#target = null;
    else this.#others?.delete(target);
  }

  /** Time left of the total in ms, `Infinity` without a limit. */
  get remaining(): number {
    return Math.max(0, this.#totalDue - performance.now());
  }

  /**
   * Names who answers for the reply from now on: a transport heeds an abort until the head has come,
   * see `HopRequest`.
   */
  answeredBy(response: Abortable): void {
    this.#reply = this.#earlier = null;
    if (this.#reason === null) this.add(response);
    else response.abort(this.#reason);
  }

  /** A reply has come; if the request fails now, it is given up. */
  received(reply: HopResult): void {
    if (this.#reply !== null) (this.#earlier ??= []).push(this.#reply);
    this.#reply = reply;
  }

  /** A body is the request's. */
  own(body: Payload): void {
    if (body.close !== undefined) (this.#bodies ??= []).push(body);
  }

  /** Whether there are bodies to close. */
  get ownsBodies(): boolean {
    return this.#bodies !== null;
  }

  /** Closes the bodies; called when the request is over. */
  closeBodies(): void {
    for (const each of this.#bodies ?? []) each.close?.();
    this.#bodies = null;
  }

  /** When the first of the limits has passed. */
  get due(): number {
    return Math.min(this.#totalDue, this.#connectDue, this.#sockConnectDue, this.#silenceDue);
  }

  onDue(): void {
    const { due } = this;
    const phase = due === this.#totalDue
      ? "total"
      : due === this.#connectDue
      ? "connect"
      : due === this.#sockConnectDue
      ? "sockConnect"
      : "sockRead";
    const elapsed = performance.now() - this.#start;
    this.#abort(new TIMEOUT_ERRORS[phase](this.initialUrl, phase, this.#limits[phase], elapsed));
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
    this.#connectDue = performance.now() + connect;
    this.#open.expect(this.#connectDue);
  }

  /** A new connection is made. */
  opening(): void {
    const { sockConnect } = this.#limits;
    if (sockConnect === 0 || this.#isOver) return;
    this.#sockConnectDue = performance.now() + sockConnect;
    this.#open.expect(this.#sockConnectDue);
  }

  /** A connection is there. */
  connected(): void {
    this.#connectDue = this.#sockConnectDue = Infinity;
  }

  /** The peer's next bytes are waited for. */
  reading(): void {
    const { sockRead } = this.#limits;
    if (sockRead === 0 || this.#isOver) return;
    this.#silenceDue = performance.now() + sockRead;
    this.#open.expect(this.#silenceDue);
  }

  /** Bytes have come, or nobody waits for any. */
  idle(): void {
    this.#silenceDue = Infinity;
  }

  /** The head of the last reply has come, and nobody has anything against it. */
  arrived({ request, result }: Arrival): void {
    if (this.trace === null) return;
    const { status, headers } = result;
    this.trace.emit("onRequestEnd", { request, response: { status, url: request.url, headers } });
  }

  /** There will be no response. */
  failed(request: ClientRequest, error: unknown): void {
    this.fail(error);
    this.closeBodies();
    this.trace?.emit("onRequestException", { request, error });
  }

  /** Ends the watch; called when the body has ended or was given up. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stop();
    this.#target = this.#others = null;
  }

  /** Ends the watch and whatever of the request is still under way. */
  fail(reason: unknown): void {
    this.#abort(reason);
    this.#isOver = true;
    const replies = [...this.#earlier ?? [], ...this.#reply === null ? [] : [this.#reply]];
    this.#reply = this.#earlier = null;
    for (const each of replies) discardReply(each);
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

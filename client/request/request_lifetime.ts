import type { LinkedNode } from "../../http/linked_list.ts";
import {
  ConnectionTimeoutError,
  ServerTimeoutError,
  SocketTimeoutError,
} from "../errors/client_errors.ts";
import { asError } from "../errors/make_error.ts";
import type { Abortable } from "../hop/hop_abort.ts";
import type { SendableBody } from "../../http/bytes/sendable_body.ts";
import type { ProgressCallback } from "../hop/progress.ts";
import type { RequestContext } from "../hop/request_context.ts";
import type { TimeLimits } from "../hop/timeout.ts";
import type { OpenRequests, Timed } from "./open_requests.ts";
import type { ClientRequest, ClientRequestInit } from "../hop/request.ts";
import { RequestTrace } from "../hop/trace.ts";
import type { ResolvedOptions } from "./options.ts";
import type { Arrival } from "./redirect.ts";
import { discardReply, type HopResult } from "../hop/transport.ts";

/** The lifetime of a request, to the end of its body; its abort reason is the caller's error. */
export class Watch implements RequestContext, Timed {
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
  #target: Abortable | null = null; // usually only one
  #others: Abortable[] | null = null;
  // Deadlines; Infinity while inactive.
  #totalDue: number;
  #connectDue = Infinity;
  #sockConnectDue = Infinity;
  #silenceDue = Infinity;
  #unlisten: (() => void) | null = null;
  readonly #open: OpenRequests<Watch>;
  readonly #place: LinkedNode<Watch>;
  #isOver = false;
  #replies: HopResult[] | null = null; // until the last one has an owner
  #bodies: SendableBody[] | null = null;

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

  get initialUrl(): URL {
    return this.#initialUrl ??= new URL(this.#url);
  }

  /** Abort reason: a timeout, or that of the caller's signal. */
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

  get remaining(): number {
    return Math.max(0, this.#totalDue - performance.now());
  }

  /** Sets the owner of the response: transports may ignore an abort after the head. */
  answeredBy(response: Abortable): void {
    this.#replies = null;
    if (this.#reason === null) this.add(response);
    else response.abort(this.#reason);
  }

  received(reply: HopResult): void {
    if (this.#replies === null) this.#replies = [reply];
    else this.#replies.push(reply);
  }

  own(body: SendableBody): void {
    if (body.close !== undefined) (this.#bodies ??= []).push(body);
  }

  get ownsBodies(): boolean {
    return this.#bodies !== null;
  }

  closeBodies(): void {
    if (this.#bodies === null) return;
    for (const each of this.#bodies) each.close?.();
    this.#bodies = null;
  }

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

  get watchesConnect(): boolean {
    return this.#limits.connect > 0 || this.#limits.sockConnect > 0;
  }

  get watchesReads(): boolean {
    return this.#limits.sockRead > 0;
  }

  connecting(): void {
    this.#connectDue = this.#dueAfter(this.#limits.connect);
  }

  opening(): void {
    this.#sockConnectDue = this.#dueAfter(this.#limits.sockConnect);
  }

  connected(): void {
    this.#connectDue = this.#sockConnectDue = Infinity;
  }

  reading(): void {
    this.#silenceDue = this.#dueAfter(this.#limits.sockRead);
  }

  idle(): void {
    this.#silenceDue = Infinity;
  }

  #dueAfter(limit: number): number {
    if (limit === 0 || this.#isOver) return Infinity;
    const due = performance.now() + limit;
    this.#open.expect(due);
    return due;
  }

  /** The final response was accepted. */
  arrived({ request, result }: Arrival): void {
    if (this.trace === null) return;
    const { status, headers } = result;
    this.trace.emit("onRequestEnd", { request, response: { status, url: request.url, headers } });
  }

  failed(request: ClientRequest, error: unknown): void {
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

  /** Ends the lifetime and aborts pending operations. */
  fail(reason: unknown): void {
    this.#abort(reason);
    this.#isOver = true;
    const replies = this.#replies ?? [];
    this.#replies = null;
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

// Spans of client and server, by the API that Deno (OTEL_DENO=true) or an OpenTelemetry SDK has
// registered. Without one there is nothing to call, and nothing costs anything.
import { messageOf } from "./as_error.ts";

export interface Span {
  spanContext(): { readonly traceId: string; readonly spanId: string };
  setAttribute(name: string, value: string | number): unknown;
  /** Sets the status; 2 is an error. */
  setStatus(status: { readonly code: number; readonly message?: string }): unknown;
  recordException(error: unknown): void;
  updateName(name: string): unknown;
  end(): void;
}

/** Values of OpenTelemetry that follow the course of the program. */
export interface SpanContext {
  getValue(key: symbol): unknown;
  setValue(key: symbol, value: unknown): SpanContext;
  deleteValue(key: symbol): SpanContext;
}

export const SPAN_KIND = { job: 0, server: 1, client: 2 } as const;

export interface SpanInit {
  readonly name: string;
  readonly kind?: number;
  readonly attributes?: Readonly<Record<string, string | number>>;
  /** Context of the parent. @default the active one */
  readonly parent?: SpanContext;
}

interface Registered {
  readonly trace: {
    getTracer(name: string): {
      startSpan(name: string, options: object, context: SpanContext): Span;
    };
  };
  readonly context: { active(): SpanContext; with<T>(context: SpanContext, run: () => T): T };
  readonly propagation?: {
    inject(context: SpanContext, to: object, setter: { set: Setter }): void;
    extract(
      context: SpanContext,
      from: object,
      getter: { get: Getter; keys(): string[] },
    ): SpanContext;
  };
}

type Setter = (to: unknown, name: string, value: string) => void;
type Getter = (from: unknown, name: string) => string | undefined;

// Names of @opentelemetry/api 1.
const API = Symbol.for("opentelemetry.js.api.1");
const SPAN = Symbol.for("OpenTelemetry Context Key SPAN");

export class Tracing {
  readonly #api: Registered;

  constructor(api: Registered) {
    this.#api = api;
  }

  get span(): Span | null {
    return this.#api.context.active().getValue(SPAN) as Span | undefined ?? null;
  }

  /** The active context without a span, for what begins a trace of its own. */
  get root(): SpanContext {
    return this.#api.context.active().deleteValue(SPAN);
  }

  /** Starts a span; the caller ends it. */
  start(init: SpanInit): Span {
    const { name, kind = SPAN_KIND.job, attributes = {}, parent = this.#api.context.active() } =
      init;
    return this.#api.trace.getTracer("roundtrip").startSpan(name, { kind, attributes }, parent);
  }

  /** Runs a function with a context, or inside a new span, which it ends. */
  run<T>(init: SpanInit, work: (span: Span) => T): T {
    const span = this.start(init);
    const fail = (error: unknown): never => {
      fault(span, error);
      span.end();
      throw error;
    };
    const done = <R>(result: R): R => {
      span.end();
      return result;
    };
    try {
      const context = (init.parent ?? this.#api.context.active()).setValue(SPAN, span);
      const result = this.#api.context.with(context, () => work(span));
      return result instanceof Promise ? result.then(done, fail) as T : done(result);
    } catch (error) {
      return fail(error);
    }
  }

  within<T>(context: SpanContext, work: () => T): T {
    return this.#api.context.with(context, work);
  }

  /** Gives the headers that carry a span on to the server, `traceparent` and the like. */
  headersOf(span: Span): [name: string, value: string][] {
    const headers: [string, string][] = [];
    this.#api.propagation?.inject(this.#api.context.active().setValue(SPAN, span), headers, {
      set: (_, name, value) => headers.push([name, value]),
    });
    return headers;
  }

  contextFrom(headerOf: (name: string) => string | null): SpanContext {
    const get: Getter = (_, name) => headerOf(name) ?? undefined;
    return this.#api.propagation?.extract(this.root, {}, { get, keys: () => [] }) ?? this.root;
  }
}

export function fault(span: Span, error: unknown): void {
  span.recordException(error);
  span.setStatus({ code: 2, message: messageOf(error) });
}

let found: Tracing | null = null;

/** Returns what starts spans, or `null` without OpenTelemetry. */
export function tracing(): Tracing | null {
  if (found !== null) return found;
  const api = (globalThis as { [API]?: Partial<Registered> })[API];
  if (api?.trace === undefined || api.context === undefined) return null;
  return found = new Tracing(api as Registered);
}

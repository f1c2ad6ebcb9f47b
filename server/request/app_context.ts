// A request's view of its application, as interfaces, which avoids import cycles.
import type { BodyLimits } from "../body/incoming_body.ts";
import type { AppKey } from "./app_key.ts";
import type { RelativeURL } from "./relative_url.ts";

/** Looks keys up in an application, then in its parent, and so on; aiohttp's `config_dict`. */
export function configOf(app: AppContext): KeyReader {
  const { parent } = app;
  if (parent === null) return app;
  const owner = <T>(key: AppKey<T>) => app.has(key) ? app : configOf(parent);
  return {
    get: (key) => owner(key).get(key),
    has: (key) => owner(key).has(key),
  };
}

/** A resource, for listing and building URLs. */
export interface ResourceInfo {
  /** Name given at registration, or `null`. */
  readonly name: string | null;
  /** The path template as registered, `/users/{id:\d+}`. */
  readonly canonical: string;
  /** Builds the URL by the values of the variables, quoted but for `/`; all have to be there. */
  urlFor(parts?: Readonly<Record<string, string | boolean>>): RelativeURL;
}

/** The resources of an application, aiohttp's `app.router`. */
export interface ResourceRegistry {
  /** Finds a resource by name; an unknown one is a `TypeError`. */
  named(name: string): ResourceInfo;
  /** Lists all resources in the order of registration. */
  resources(): readonly ResourceInfo[];
  /** Lists the named resources. */
  namedResources(): ReadonlyMap<string, ResourceInfo>;
}

/** Logger for errors that no handler caught. */
export interface Logger {
  /** Reports an error. */
  error(message: string, error: unknown): void;
}

/** Typed values by key. */
export interface KeyReader {
  /** Returns a value; a key without one is a `TypeError`. */
  get<T>(key: AppKey<T>): T;
  /** Whether the key has a value. */
  has<T>(key: AppKey<T>): boolean;
}

/** A promise, or a function called with a signal, which aborts when a stop waits no longer. */
export type BackgroundWork = PromiseLike<unknown> | ((signal: AbortSignal) => unknown);

/** A request's view of an application. */
export interface AppContext extends KeyReader {
  /** The resources, for building URLs. */
  readonly router: ResourceRegistry;
  /** Logger for errors. */
  readonly logger: Logger;
  /** Whether clients are told about errors of the program, for development alone. */
  readonly debug: boolean;
  /** Largest body for `read()`, `text()`, `json()` and `post()`, in bytes; 0 for no limit. */
  readonly clientMaxSize: number;
  /** Time and size limits for reading bodies. */
  readonly bodyLimits: BodyLimits;
  /** The parent application, or `null`. */
  readonly parent: AppContext | null;
  /** Whether the application accepts requests: `true` from start-up until it begins to stop. */
  readonly ready: boolean;
  /** Runs a promise or a function in the background: the stop waits for it, failures are logged. */
  spawn(work: BackgroundWork, about?: string): void;
}

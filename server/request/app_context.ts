/**
 * What a request knows of its application. The big classes implement these, so that no import
 * leads back up to them.
 * @module
 */
import type { BodyLimits } from "../body/incoming_body.ts";
import type { AppKey } from "./app_key.ts";
import type { RelativeURL } from "./relative_url.ts";

/**
 * Looks keys up in an application, then in the one it was added to, and so on, aiohttp's
 * `config_dict`.
 */
export function configOf(app: AppContext): KeyReader {
  const owner = <T>(key: AppKey<T>): AppContext | null => {
    let at: AppContext | null = app;
    while (at !== null && !at.has(key)) at = at.parent;
    return at;
  };
  return {
    // The application itself throws the error that names the key.
    get: (key) => (owner(key) ?? app).get(key),
    has: (key) => owner(key) !== null,
  };
}

/** A resource as it is listed and linked to. */
export interface ResourceInfo {
  /** Name given at registration, `null` for a resource without one. */
  readonly name: string | null;
  /** The path template as registered, `/users/{id:\d+}`. */
  readonly canonical: string;
  /**
   * Builds the URL of this resource.
   *
   * @param parts Values of the template's variables; they are quoted, `/` is kept.
   * @throws {TypeError} If a variable has no value or one that is not a string.
   */
  urlFor(parts?: Readonly<Record<string, string | boolean>>): RelativeURL;
}

/** The resources of an application, aiohttp's `app.router`. */
export interface ResourceRegistry {
  /**
   * Finds a resource by name.
   *
   * @throws {TypeError} If there is no such resource.
   */
  named(name: string): ResourceInfo;
  /** Lists all resources in the order of registration. */
  resources(): readonly ResourceInfo[];
  /** Lists the named resources. */
  namedResources(): ReadonlyMap<string, ResourceInfo>;
}

/** Where errors that no handler caught are reported. */
export interface Logger {
  /** Reports an error. */
  error(message: string, error: unknown): void;
}

/** Reads values by key. */
export interface KeyReader {
  /**
   * Gives a value.
   *
   * @throws {TypeError} If nothing was kept under the key.
   */
  get<T>(key: AppKey<T>): T;
  /**
   * Tells whether there is a value.
   *
   * @returns `true` if there is one.
   */
  has<T>(key: AppKey<T>): boolean;
}

/**
 * Work that goes on by itself: a promise, or a function that is called with a signal, which aborts
 * when the application has waited for it long enough.
 */
export type BackgroundWork = PromiseLike<unknown> | ((signal: AbortSignal) => unknown);

/** An application as a request sees it. */
export interface AppContext extends KeyReader {
  /** The resources, for building URLs. */
  readonly router: ResourceRegistry;
  /** Where errors are reported. */
  readonly logger: Logger;
  /** Largest body that `read()`, `text()`, `json()` and `post()` accept, in bytes; 0 for no limit. */
  readonly clientMaxSize: number;
  /** How long, and for how much, the server waits for a body. */
  readonly bodyLimits: BodyLimits;
  /** The application this one was added to, `null` for one that stands alone. */
  readonly parent: AppContext | null;
  /** Whether requests are welcome: `true` from the end of the start to the begin of the stop. */
  readonly ready: boolean;
  /**
   * Looks after work that goes on by itself: its failure is logged, the stop waits for it.
   *
   * @param work A promise, or a function that is called at once with a signal.
   * @param about What it is, for the log.
   */
  spawn(work: BackgroundWork, about?: string): void;
}

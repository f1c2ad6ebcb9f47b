/**
 * The seam between an application and what listens for it.
 * @module
 */
import type { ServeInfo } from "./request.ts";

/** Where to listen. */
export interface ListenOptions {
  /** Address to bind, `0.0.0.0` for all. */
  readonly hostname: string;
  /** TCP port; 0 for a free one. */
  readonly port: number;
}

/** Answers requests, `Application.fetch`. */
export type EngineHandler = (request: Request, info: ServeInfo) => Response | Promise<Response>;

/** A server that an engine has started. */
export interface EngineServer {
  /** Address that was bound. */
  readonly hostname: string;
  /** Port that was bound. */
  readonly port: number;
  /** Resolves when the server has stopped. */
  readonly finished: Promise<void>;
  /** Stops accepting and waits for the requests under way, without a limit of time. */
  shutdown(): Promise<void>;
  /** Drops every connection. */
  abort(): void;
}

/**
 * Starts a server. `denoEngine` is the first one; another needs nothing but this.
 *
 * @param options Where to listen.
 * @param handler What answers.
 * @returns The server, listening.
 * @throws {AddressInUseError} If the address is taken.
 */
export type Engine = (options: ListenOptions, handler: EngineHandler) => EngineServer;

/** The address to listen on is taken by another program. */
export class AddressInUseError extends Error {
  /** Name of the class, for telling errors apart. */
  override readonly name = "AddressInUseError";
  /** Address that was asked for. */
  readonly hostname: string;
  /** Port that was asked for. */
  readonly port: number;

  /**
   * Creates one.
   *
   * @param options Where it was to listen.
   * @param cause What the platform said.
   */
  constructor(options: ListenOptions, cause: unknown) {
    super(
      `Cannot listen on ${options.hostname}:${options.port}: the address is already in use. ` +
        `Choose another port (0 takes a free one), or stop the program that holds it`,
      { cause },
    );
    this.hostname = options.hostname;
    this.port = options.port;
  }
}

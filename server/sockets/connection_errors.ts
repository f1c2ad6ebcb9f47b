/**
 * What clients do to their connections.
 * @module
 */

/** The client did not do in time what was waited for. */
export class SlowClientError extends Error {
  /** Name of the class, for telling errors apart. */
  override readonly name = "SlowClientError";
}

/** The client has ended the connection in the middle of a request. */
export class ClientLeftError extends Error {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ClientLeftError";
}

// Errors caused by clients.

/** The client was too slow. */
export class SlowClientError extends Error {
  /** Name of the class, for telling errors apart. */
  override readonly name = "SlowClientError";
}

/** The client closed the connection during a request. */
export class ClientLeftError extends Error {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ClientLeftError";
}

export class SlowClientError extends Error {
  override readonly name = "SlowClientError";
}

/** The client closed the connection during a request. */
export class ClientLeftError extends Error {
  override readonly name = "ClientLeftError";
}

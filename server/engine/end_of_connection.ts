/** Error for a response body that ends its connection on purpose; not reported. */
export class EndOfConnection extends Error {
  override readonly name = "EndOfConnection";

  constructor(reason = "the client still sends a body that was answered") {
    super(`The connection ends: ${reason}`);
  }
}

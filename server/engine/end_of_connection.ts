/** Error for a response body that ends its connection on purpose; not reported. */
export class EndOfConnection extends Error {
  /** Name of the class, for telling errors apart. */
  override readonly name = "EndOfConnection";

  /** Creates one. */
  constructor() {
    super("The connection ends: the client still sends a body that was answered");
  }
}

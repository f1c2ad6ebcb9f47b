/**
 * The end of a connection that is meant.
 * @module
 */

/** What the body of a response fails with where the connection is to end: no error to report. */
export class EndOfConnection extends Error {
  /** Name of the class, for telling errors apart. */
  override readonly name = "EndOfConnection";

  /** Says what it is for. */
  constructor() {
    super("The connection ends: the client still sends a body that was answered");
  }
}

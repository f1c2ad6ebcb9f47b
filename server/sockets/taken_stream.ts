import type { ByteStream } from "../../http/bytes/byte_stream.ts";
import type { SocketInput } from "./socket_input.ts";
import type { SocketOutput } from "./socket_output.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Reads and writes on the shortest way; a read that waits already is not lost. */
export class TakenStream implements ByteStream {
  readonly #input: SocketInput;
  readonly #output: SocketOutput;
  readonly #whole: ByteStream;

  /** Creates one. */
  constructor(input: SocketInput, output: SocketOutput, whole: ByteStream) {
    this.#input = input;
    this.#output = output;
    this.#whole = whole;
  }

  read(buffer: Bytes): Promise<number | null> {
    return this.#input.read(buffer);
  }

  write(bytes: Bytes): Promise<void> {
    return this.#output.write(bytes);
  }

  closeWrite(): Promise<void> {
    return this.#whole.closeWrite();
  }

  close(): void {
    this.#whole.close();
  }

  ref(): void {
    this.#whole.ref();
  }

  unref(): void {
    this.#whole.unref();
  }
}

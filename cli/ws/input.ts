// Input: its messages, their bytes, and those that wait for the next connection.
import { Buffer } from "node:buffer";
import { CommandError } from "../errors/usage_error.ts";

/** Input shared by several connections: an unsent message is left for the next one. */
export class Input {
  readonly #iterator: AsyncIterator<Uint8Array<ArrayBuffer>>;
  #next: Promise<Uint8Array<ArrayBuffer> | null> | null = null;

  constructor(input: AsyncIterable<Uint8Array<ArrayBuffer>>) {
    this.#iterator = input[Symbol.asyncIterator]();
  }

  /** The next message, `null` at the end, without removing it. */
  peek(): Promise<Uint8Array<ArrayBuffer> | null> {
    this.#next ??= this.#iterator.next().then(({ done, value }) => done ? null : value);
    return this.#next;
  }

  take(): void {
    this.#next = null;
  }
}

/** Splits an input into messages, without their ends; the last one may lack it. */
export async function* messagesOf(
  input: AsyncIterable<Uint8Array>,
  end: 10 | 0,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let pieces: Uint8Array[] = [];
  for await (const piece of input) {
    let start = 0;
    for (let at = piece.indexOf(end); at !== -1; at = piece.indexOf(end, start)) {
      yield joined([...pieces, piece.subarray(start, at)], end);
      pieces = [];
      start = at + 1;
    }
    if (start < piece.length) pieces.push(piece.slice(start));
  }
  if (pieces.length > 0) yield joined(pieces, end);
}

function joined(pieces: readonly Uint8Array[], end: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Buffer.concat(pieces));
  return end === 10 && bytes.at(-1) === 13 ? bytes.subarray(0, -1) : bytes; // CR LF on Windows
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
  } catch (cause) {
    const message = `a line of the input is not valid base64: ${text.slice(0, 40)}`;
    throw new CommandError(message, { cause });
  }
}

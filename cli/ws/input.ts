// Input: its messages, their bytes, and those that wait for the next connection.
import { StreamReader } from "../../shared.ts";
import { CommandError } from "../errors/errors.ts";

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
  input: ReadableStream<Uint8Array<ArrayBuffer>>,
  end: string,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = new StreamReader(input, { maxLineSize: Infinity });
  for (;;) {
    let message = await reader.readUntil(end);
    if (message.length === 0) return;
    if (message.at(-1) === end.charCodeAt(0)) message = message.subarray(0, -1);
    // CR LF on Windows
    yield end === "\n" && message.at(-1) === 13 ? message.subarray(0, -1) : message;
  }
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
  } catch (cause) {
    const message = `a line of the input is not valid base64: ${text.slice(0, 40)}`;
    throw new CommandError(message, { cause });
  }
}

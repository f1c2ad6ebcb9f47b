import { Buffer } from "node:buffer";
import { formatJson } from "../connecting/json_format.ts";
import { writeOut } from "../io/output.ts";
import { paintOf } from "../io/paint.ts";
import type { ParsedArgs } from "../args/parse_args.ts";
import type { WsOption } from "../specs/ws.ts";
import { visibleText } from "../io/visible_text.ts";
import { StreamReader } from "../../shared.ts";
import { CommandError } from "../errors/errors.ts";

export interface Console extends Disposable {
  readonly input: AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** Whether the input is typed, so that commands are allowed. */
  readonly interactive: boolean;
  /** Resolves when Ctrl-C is pressed at the prompt, where it is not a signal. */
  readonly interrupted: Promise<void>;
  print(message: string | Uint8Array): Promise<void>;
  /** Prints a note about the connection, only in interactive use. */
  note(text: string): Promise<void>;
}

export function isInteractive(parsed: ParsedArgs<WsOption>): boolean {
  return !parsed.has("execute") && Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
}

/** Opens a prompt if standard input and output are terminals, else a pipe. */
export async function openConsole(parsed: ParsedArgs<WsOption>): Promise<Console> {
  const format = formatter(parsed);
  if (isInteractive(parsed)) return await prompt(format);
  // Raw bytes have no lines: each piece read is a message; received bytes are written unchanged.
  const isBytes = parsed.has("binary") && !parsed.has("null") && !parsed.has("base64");
  const end = parsed.has("null") ? "\0" : isBytes ? "" : "\n";
  if (parsed.has("execute")) {
    const texts = parsed.all("execute").map((each) => new TextEncoder().encode(each));
    return pipe(ReadableStream.from(texts), format, end);
  }
  const { readable } = Deno.stdin;
  return pipe(isBytes ? readable : messagesOf(readable, end), format, end);
}

function pipe(input: Console["input"], format: Formatter, end: string): Console {
  return {
    input,
    interactive: false,
    interrupted: new Promise(() => {}),
    async print(message) {
      const text = format(message);
      await writeOut(typeof text === "string" ? `${text}${end}` : text);
    },
    note: () => Promise.resolve(),
    [Symbol.dispose]() {},
  };
}

/** Line editor with history; messages are printed above the edited line. */
async function prompt(format: Formatter): Promise<Console> {
  const { createInterface } = await import("node:readline");
  const { stdin, stdout } = await import("node:process");
  const reader = createInterface({ input: stdin, output: stdout, prompt: "> " });
  const paint = paintOf(Deno.stdout);
  const above = (text: string): void => {
    stdout.write(`\r\x1b[K${text}\n`);
    reader.prompt(true);
  };
  const encoder = new TextEncoder();
  const lines = async function* () {
    reader.prompt();
    for await (const line of reader) {
      yield encoder.encode(line);
      reader.prompt();
    }
  };
  const { promise: interrupted, resolve: interrupt } = Promise.withResolvers<void>();
  reader.on("SIGINT", () => {
    stdout.write("\n");
    interrupt();
  });
  return {
    interactive: true,
    interrupted,
    input: lines(),
    print(message) {
      const text = format(message);
      const shown = typeof text === "string" ? text : `[binary message, ${text.length} bytes]`;
      above(`${paint("dim", "< ")}${shown}`);
      return Promise.resolve();
    },
    note(text) {
      above(paint("dim", visibleText(text)));
      return Promise.resolve();
    },
    [Symbol.dispose]: () => reader.close(),
  };
}

type Formatter = (message: string | Uint8Array) => string | Uint8Array;

function formatter(parsed: ParsedArgs<WsOption>): Formatter {
  const terminal = Deno.stdout.isTerminal();
  const paint = paintOf(Deno.stdout);
  return (message) => {
    if (typeof message !== "string") {
      if (parsed.has("base64")) return Buffer.from(message).toString("base64");
      return terminal ? `[binary message, ${message.length} bytes]` : message;
    }
    if (parsed.has("json")) {
      const formatted = formatJson(message, paint);
      if (formatted !== null) return formatted;
    }
    return terminal ? visibleText(message) : message;
  };
}

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

/**
 * Where messages come from and go to: a pipe or a terminal.
 * @module
 */
import { formatJson } from "../connecting/json_format.ts";
import { writeOut } from "../io/output.ts";
import { coloured, plain, wantsColour } from "../io/paint.ts";
import type { ParsedArgs } from "../args/parse_args.ts";
import type { WsOption } from "../specs/ws.ts";
import { visibleText } from "../io/visible_text.ts";
import { messagesOf } from "./lines.ts";

/** Input and output of the command. */
export interface Console extends Disposable {
  /** Messages that the user sends. */
  readonly input: AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** Whether a person types the input, who may use commands. */
  readonly interactive: boolean;
  /** Kept when Ctrl-C is pressed at the prompt, where it is a key and no signal. */
  readonly interrupted: Promise<void>;
  /** Prints a message. */
  print(message: string | Uint8Array): Promise<void>;
  /** Says something about the connection; only a person wants to know. */
  note(text: string): Promise<void>;
}

/** Whether a person types the messages. */
export function isInteractive(parsed: ParsedArgs<WsOption>): boolean {
  return !parsed.has("execute") && Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
}

/** Makes the console that fits: a prompt where standard input and output are a terminal. */
export async function openConsole(parsed: ParsedArgs<WsOption>): Promise<Console> {
  const format = formatter(parsed);
  if (isInteractive(parsed)) return await prompt(format);
  // Bytes have no lines: each piece is sent as it was read, and nothing is added to what comes.
  const isBytes = parsed.has("binary") && !parsed.has("null") && !parsed.has("base64");
  const end = parsed.has("null") ? "\0" : isBytes ? "" : "\n";
  if (parsed.has("execute")) {
    const texts = parsed.all("execute").map((each) => new TextEncoder().encode(each));
    return { ...pipe(format, end), input: iterable(texts) };
  }
  const { readable } = Deno.stdin;
  return {
    ...pipe(format, end),
    input: isBytes ? readable : messagesOf(readable, end === "\0" ? 0 : 10),
  };
}

async function* iterable<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}

function pipe(format: Formatter, end: string): Omit<Console, "input"> {
  return {
    interactive: false,
    interrupted: new Promise(() => {}),
    async print(message) {
      const text = format(message);
      if (typeof text === "string") return await writeOut(`${text}${end}`);
      await writeOut(text);
    },
    note: () => Promise.resolve(),
    [Symbol.dispose]() {},
  };
}

/** Lines with history and editing; what arrives is printed above the line that is being typed. */
async function prompt(format: Formatter): Promise<Console> {
  const { createInterface } = await import("node:readline");
  const { stdin, stdout } = await import("node:process");
  const reader = createInterface({ input: stdin, output: stdout, prompt: "> " });
  const paint = wantsColour(Deno.stdout) ? coloured : plain;
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
  const paint = wantsColour(Deno.stdout) ? coloured : plain;
  return (message) => {
    if (typeof message !== "string") {
      if (parsed.has("base64")) return base64(message);
      return terminal ? `[binary message, ${message.length} bytes]` : message;
    }
    if (parsed.has("json")) {
      const formatted = formatJson(message, paint);
      if (formatted !== null) return formatted;
    }
    return terminal ? visibleText(message) : message;
  };
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

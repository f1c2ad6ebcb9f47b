import type { ParsedArgs } from "../args/parse_args.ts";
import { CommandError } from "../errors/errors.ts";
import { visibleLine } from "./visible_text.ts";

/** Asks for a secret without echoing it; `null` without a terminal or after Ctrl-D. */
export function askSecret(parsed: ParsedArgs, question: string): string | null {
  if (parsed.has("ignore-stdin") || !Deno.stdin.isTerminal()) return null;
  // Before the prompt: otherwise the terminal could echo fast typing.
  Deno.stdin.setRaw(true);
  Deno.stderr.writeSync(new TextEncoder().encode(visibleLine(question)));
  const bytes: number[] = [];
  const buffer = new Uint8Array(1);
  try {
    for (;;) {
      const count = Deno.stdin.readSync(buffer);
      const [byte = 0] = buffer;
      if (byte === 3) throw new CommandError("interrupted", { exitCode: 130 }); // Ctrl-C
      if (count === null || byte === 4) return null; // Ctrl-D
      if (byte === 13 || byte === 10) return new TextDecoder().decode(new Uint8Array(bytes));
      if (byte === 127 || byte === 8) bytes.pop();
      else bytes.push(byte);
    }
  } finally {
    Deno.stdin.setRaw(false);
    Deno.stderr.writeSync(new TextEncoder().encode("\n"));
  }
}

// The sixteen standard colours, which follow the terminal's theme.
const CODES = {
  key: "34",
  string: "32",
  number: "36",
  word: "35",
  status: "1",
  name: "36",
  value: "0",
  dim: "2",
  good: "32",
  bad: "31",
} as const;

export type Paint = (role: keyof typeof CODES, text: string) => string;

export const plain: Paint = (_role, text) => text;

export const coloured: Paint = (role, text) => `\x1b[${CODES[role]}m${text}\x1b[0m`;

/** Whether to colour a stream: only terminals, unless `NO_COLOR` is set (no-color.org). */
export function wantsColour(stream: { isTerminal(): boolean }): boolean {
  return stream.isTerminal() && !Deno.noColor;
}

export function paintOf(stream: { isTerminal(): boolean }): Paint {
  return wantsColour(stream) ? coloured : plain;
}

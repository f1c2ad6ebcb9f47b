/**
 * Text of strangers on a terminal.
 * @module
 */

// Escape sequences can set the title, answer as if typed, or hide what was printed. C1 controls do
// the same in eight bits; the others turn the direction of the text.
const CONTROLS =
  // deno-lint-ignore no-control-regex -- control characters are what has to be caught here
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
const LINE_BREAKS = /[\t\n]/g;

/**
 * Makes control characters visible: ESC is printed as `\x1b`.
 *
 * @returns Text that a terminal prints and does not obey; tabs and line feeds stay.
 */
export function visibleText(text: string): string {
  return text.replaceAll("\r\n", "\n").replaceAll(CONTROLS, escaped);
}

/** The same for text that has to stay on its line, a name or a header. */
export function visibleLine(text: string): string {
  return text.replaceAll(CONTROLS, escaped).replaceAll(LINE_BREAKS, escaped);
}

function escaped(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, "0")}`
    : `\\u${code.toString(16).padStart(4, "0")}`;
}

// In untrusted text, escape sequences can set the terminal's title, fake keyboard input or hide
// output. C1 controls are their 8-bit form; the other characters change the direction of text.
const CONTROLS =
  // deno-lint-ignore no-control-regex -- the pattern has to match control characters
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
const LINE_BREAKS = /[\t\n]/g;

/** Makes control characters visible: ESC is printed as `\x1b`. */
export function visibleText(text: string): string {
  return text.replaceAll("\r\n", "\n").replaceAll(CONTROLS, escaped);
}

/** The same for text of one line, such as a name or a header. */
export function visibleLine(text: string): string {
  return text.replaceAll(CONTROLS, escaped).replaceAll(LINE_BREAKS, escaped);
}

function escaped(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, "0")}`
    : `\\u${code.toString(16).padStart(4, "0")}`;
}

/**
 * What may stand in a header.
 * @module
 */

// RFC 9110 section 5.5 allows tab, blank, visible ASCII and bytes above it. `Headers` takes all of
// these but NUL, CR and LF, and HTTP libraries beneath refuse the rest late, or end the process.
// deno-lint-ignore no-control-regex -- control bytes are what has to be caught here
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

/**
 * Tells whether a text holds a control character that no header may have.
 *
 * @param text The text.
 * @returns `true` for any but the tab.
 */
export function hasControl(text: string): boolean {
  return CONTROL.test(text);
}

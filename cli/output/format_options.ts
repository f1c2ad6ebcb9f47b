/**
 * The values of `--format-options`, HTTPie's names.
 * @module
 */
import { UsageError } from "../errors/usage_error.ts";

/** How heads and JSON are formatted. */
export interface FormatOptions {
  /** Spaces of a level of JSON. */
  readonly indent: number;
  /** Whether JSON is indented. */
  readonly json: boolean;
  /** Whether XML is indented. */
  readonly xml: boolean;
  /** Whether the keys of JSON objects are sorted. */
  readonly sortKeys: boolean;
  /**
   * Whether headers are sorted by name; `null` leaves those of a request as they were given, and
   * those of a reply as the platform lists them.
   */
  readonly sortHeaders: boolean | null;
  /** Whether JSON is given a form for the asking, in a pipe too. */
  readonly shapes: boolean;
}

const KNOWN = "headers.sort:yes or no, json.format:yes or no, json.indent:0 to 9, " +
  "json.sort_keys:yes or no, xml.format:yes or no";

/**
 * Reads `json.indent:2,headers.sort:no`; what stands later counts.
 *
 * @throws {UsageError} If one of them is none.
 */
export function formatOptions(values: readonly string[]): FormatOptions {
  let [indent, json, xml, sortKeys, shapes] = [2, true, true, false, false];
  let sortHeaders: boolean | null = null;
  for (const each of values.flatMap((value) => value.split(","))) {
    const [, name = "", value = ""] = /^([\w.]+)[:=](\w+)$/.exec(each) ?? [];
    const is = /^(?:true|yes)$/.test(value);
    const flag = is || /^(?:false|no)$/.test(value);
    if (name === "json.indent" && /^\d$/.test(value)) indent = Number(value);
    else if (name === "json.format" && flag) json = is;
    else if (name === "json.sort_keys" && flag) sortKeys = is;
    else if (name === "headers.sort" && flag) sortHeaders = is;
    else if (name === "xml.format" && flag) xml = is;
    // One depth is for both.
    else if (name === "xml.indent" && /^\d$/.test(value)) indent = Number(value);
    else {
      throw new UsageError(`argument --format-options: "${each}" is not one of ${KNOWN}`);
    }
    shapes ||= name === "json.sort_keys" ? is : /^(?:json|xml)\./.test(name);
  }
  return { indent, json, xml, sortKeys, sortHeaders, shapes };
}

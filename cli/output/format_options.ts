// The values of `--format-options`, named as in HTTPie.
import { badArgument } from "../errors/errors.ts";

export interface FormatOptions {
  readonly indent: number;
  readonly format: boolean;
  readonly xml: boolean;
  readonly sortKeys: boolean;
  /** Whether headers are sorted; `null` sorts those of a response, as the platform does. */
  readonly sortHeaders: boolean | null;
  /** Whether JSON is also formatted in a pipe. */
  readonly shapes: boolean;
}

const KNOWN = "headers.sort:yes or no, json.format:yes or no, json.indent:0 to 9, " +
  "json.sort_keys:yes or no, xml.format:yes or no";

/** Parses `json.indent:2,headers.sort:no`; later values win. */
export function formatOptions(values: readonly string[]): FormatOptions {
  let [indent, format, xml, sortKeys, shapes] = [2, true, true, false, false];
  let sortHeaders: boolean | null = null;
  for (const each of values.flatMap((value) => value.split(","))) {
    const [, name = "", value = ""] = /^([\w.]+)[:=](\w+)$/.exec(each) ?? [];
    const is = /^(?:true|yes)$/.test(value);
    const flag = is || /^(?:false|no)$/.test(value);
    if (name === "json.indent" && /^\d$/.test(value)) indent = Number(value);
    else if (name === "json.format" && flag) format = is;
    else if (name === "json.sort_keys" && flag) sortKeys = is;
    else if (name === "headers.sort" && flag) sortHeaders = is;
    else if (name === "xml.format" && flag) xml = is;
    // JSON and XML share one indentation.
    else if (name === "xml.indent" && /^\d$/.test(value)) indent = Number(value);
    else throw badArgument("format-options", `"${each}" is not one of ${KNOWN}`);
    shapes ||= name === "json.sort_keys" ? is : /^(?:json|xml)\./.test(name);
  }
  return { indent, format, xml, sortKeys, sortHeaders, shapes };
}

import { badArgument } from "../errors/errors.ts";

export type FormatOptions = Readonly<ReturnType<typeof formatOptions>>;

const KNOWN = "headers.sort:yes or no, json.format:yes or no, json.indent:0 to 9, " +
  "json.sort_keys:yes or no, xml.format:yes or no";

/** Parses `json.indent:2,headers.sort:no`, named as in HTTPie; later values win. */
export function formatOptions(values: readonly string[]) {
  const options = {
    indent: 2,
    format: true,
    xml: true,
    sortKeys: false,
    /** Whether headers are sorted; `null` sorts those of a response, as the platform does. */
    sortHeaders: null as boolean | null,
    /** Whether JSON is also formatted in a pipe. */
    shapes: false,
  };
  for (const each of values.flatMap((value) => value.split(","))) {
    const [, name = "", value = ""] = /^([\w.]+)[:=](\w+)$/.exec(each) ?? [];
    const is = /^(?:true|yes)$/.test(value);
    const flag = is || /^(?:false|no)$/.test(value);
    // JSON and XML share one indentation.
    if (/^(?:json|xml)\.indent$/.test(name) && /^\d$/.test(value)) options.indent = Number(value);
    else if (name === "json.format" && flag) options.format = is;
    else if (name === "json.sort_keys" && flag) options.sortKeys = is;
    else if (name === "headers.sort" && flag) options.sortHeaders = is;
    else if (name === "xml.format" && flag) options.xml = is;
    else throw badArgument("format-options", `"${each}" is not one of ${KNOWN}`);
    options.shapes ||= name === "json.sort_keys" ? is : /^(?:json|xml)\./.test(name);
  }
  return options;
}

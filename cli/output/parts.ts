import type { ParsedArgs } from "../args/parse_args.ts";
import type { RequestOption } from "../specs/request.ts";
import { badArgument } from "../errors/errors.ts";

export type Parts = ReadonlySet<string>;

/** Reads the parts to print: letters of `H B` (request), `h b` (response), `m` (times). */
export function partsOf(parsed: ParsedArgs<RequestOption>, isTerminal: boolean): Parts {
  if (parsed.has("quiet")) return new Set();
  const print = parsed.value("print");
  if (print !== undefined) return new Set(lettersOf("print", print, "HBhbm"));
  if (parsed.has("headers")) return new Set("h");
  if (parsed.has("body")) return new Set("b");
  if (parsed.has("meta")) return new Set("m");
  if (parsed.count("verbose") > 1) return new Set("HBhbm");
  if (parsed.has("verbose")) return new Set("HBhb");
  if (parsed.has("offline")) return new Set("HB");
  if (savesBody(parsed)) return new Set(isTerminal ? "h" : "");
  return new Set(isTerminal ? "hb" : "b");
}

export function savesBody(parsed: ParsedArgs<RequestOption>): boolean {
  return parsed.has("download") || parsed.has("output") || parsed.has("continue");
}

/** Reads the parts of redirects to print: `--history-print`, else those of the last exchange. */
export function historyPartsOf(parsed: ParsedArgs<RequestOption>, isTerminal: boolean): Parts {
  const print = parsed.value("history-print");
  const own = print === undefined
    ? [...partsOf(parsed, isTerminal)]
    : lettersOf("history-print", print, "HBhb");
  return new Set(own.filter((letter) => letter !== "m"));
}

function lettersOf(option: string, print: string, known: string): string[] {
  const other = [...print].find((letter) => !known.includes(letter));
  if (other === undefined) return [...print];
  throw badArgument(option, `"${other}" is not one of ${[...known].join(", ")}`);
}

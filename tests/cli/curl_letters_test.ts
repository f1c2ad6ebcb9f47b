import { assertThrows } from "@std/assert";
import { parseArgs } from "../../cli/args/parse_args.ts";
import { UsageError } from "../../cli/errors/errors.ts";
import { request } from "../../cli/specs/request.ts";

Deno.test("options of curl are refused with their name here", () => {
  const rows: [words: string, said: string][] = [
    ["-A Mozilla a.test", "curl's -A is User-Agent:TEXT here"],
    ["-s a.test", "curl's -s is -q here"],
    ["-sS a.test", "curl's -s is -q here"],
    ["-T file a.test", "write @FILE for a body"],
    ["-G a.test", "write NAME==VALUE"],
    ["-e http://a.test b.test", "Referer:URL"],
    ["-D - a.test", "--print h prints the head"],
    ["-C - a.test", "--continue (-c) resumes"],
    ["-r 0-9 a.test", "Range:bytes=0-99"],
    ["-n a.test", ".netrc is used by default"],
    ["--cookie a=1 a.test", "Cookie:NAME=VALUE"],
    ["--head a.test", "roundtrip HEAD URL"],
    ["--data-binary x a.test", "--data TEXT is the body"],
  ];
  for (const [words, said] of rows) {
    assertThrows(() => parseArgs(request, words.split(" ")), UsageError, said);
  }
});

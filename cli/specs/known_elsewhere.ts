/**
 * Options of requests that people know from other programs.
 * @module
 */
import type { OptionSpec } from "./command_spec.ts";

/** What fingers know from curl. Where a letter has HTTPie's meaning (-d -F -I -c), that stays. */
export const CURL_OPTIONS = [
  { long: "request", short: "X", value: "METHOD", help: "method, as in curl", more: true },
  { long: "data", value: "TEXT", alias: ["raw"], help: "--raw, as in curl", more: true },
  { long: "user", short: "u", value: "USER:PASS", alias: ["auth"], help: "--auth", more: true },
  { long: "location", short: "L", alias: ["follow"], help: "--follow", more: true },
  { long: "remote-name", short: "O", alias: ["download"], help: "--download", more: true },
  { long: "include", short: "i", alias: ["print", "hb"], help: "--print hb", more: true },
  { long: "insecure", short: "k", alias: ["verify", "no"], help: "--verify no", more: true },
  { long: "max-time", value: "SECONDS", alias: ["timeout"], help: "--timeout", more: true },
  { long: "fail-with-body", alias: ["check-status"], help: "--check-status", more: true },
] as const satisfies readonly OptionSpec[];

/** Options of curl that are something else here: what to write in their place. */
const OTHERWISE: readonly (readonly [
  long: string,
  short: string | undefined,
  value: string | undefined,
  refused: string,
])[] = [
  ["upload-file", "T", "FILE", "the body of a file is @FILE: roundtrip PUT URL @FILE"],
  ["get", "G", undefined, "a query is NAME==VALUE: roundtrip URL NAME==VALUE"],
  ["referer", "e", "URL", "a header is NAME:VALUE, Referer:URL for this one"],
  ["dump-header", "D", "FILE", "--print h prints the head"],
  ["continue-at", "C", "OFFSET", "--continue (-c) goes on where the file ends"],
  ["range", "r", "RANGE", "a header is NAME:VALUE, Range:bytes=0-99 for this one"],
  [
    "remote-header-name",
    "J",
    undefined,
    "--download (-d) takes the server's name for the file by itself",
  ],
  ["no-buffer", "N", undefined, "--stream (-S) prints the body as it comes"],
  ["netrc", "n", undefined, ".netrc counts by itself; --ignore-netrc leaves it out"],
  ["globoff", "g", undefined, "URLs have no globs here: brackets and braces are sent as they are"],
  ["cookie", undefined, "TEXT", "a header is NAME:VALUE, Cookie:NAME=VALUE for this one"],
  ["cookie-jar", undefined, "FILE", "--session NAME keeps cookies"],
  ["head", undefined, undefined, "the method is a word: roundtrip HEAD URL"],
  ["user-agent", undefined, "TEXT", "a header is NAME:VALUE, User-Agent:TEXT for this one"],
  ["data-raw", undefined, "TEXT", "--data TEXT is the body"],
  ["data-binary", undefined, "TEXT", "--data TEXT is the body, or @FILE"],
  ["data-urlencode", undefined, "TEXT", "a form is -f NAME=VALUE"],
  ["compressed", undefined, undefined, "replies are decompressed by themselves"],
  ["silent", undefined, undefined, "nothing but the reply is printed; --quiet (-q) prints nothing"],
];

/** What people know from elsewhere and cannot have here: the answer is the reason. */
export const REFUSED_OPTIONS: readonly OptionSpec[] = [
  ...OTHERWISE.map(([long, short, value, refused]) => ({
    long,
    ...(short === undefined ? {} : { short }),
    ...(value === undefined ? {} : { value }),
    hidden: true,
    help: "",
    refused,
  })),
  {
    long: "http-version",
    value: "VERSION",
    hidden: true,
    help: "",
    refused: "requests are HTTP/1.1; HTTP/2 would not keep the case and order of your headers",
  },
  { long: "http2", hidden: true, help: "", refused: "requests are HTTP/1.1 here" },
  { long: "http3", hidden: true, help: "", refused: "the runtime has no HTTP/3 for clients" },
  {
    long: "style",
    short: "s",
    value: "STYLE",
    hidden: true,
    help: "",
    refused: "colours are the sixteen of your terminal, whose theme decides; curl's -s is -q here",
  },
  {
    long: "ssl",
    value: "VERSION",
    hidden: true,
    help: "",
    refused: "TLS 1.2 and 1.3 are agreed on by themselves; the runtime has no choice of one",
  },
  {
    long: "ciphers",
    value: "LIST",
    hidden: true,
    help: "",
    refused: "the runtime's TLS (rustls) has a fixed list of safe ciphers",
  },
  {
    long: "path-as-is",
    hidden: true,
    help: "",
    refused: "URLs are read by the WHATWG rules, which resolve ../; write it as %2e%2e%2f",
  },
  {
    long: "write-out",
    short: "w",
    value: "FORMAT",
    hidden: true,
    help: "",
    refused: "formats of curl are not read; --meta (-m) prints the times",
  },
];

/**
 * Request options known from other programs.
 * @module
 */
import type { OptionSpec } from "./command_spec.ts";

/**
 * Aliases for curl's options. Letters that mean something else in HTTPie (-d -F -I -c) keep that
 * meaning.
 */
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

/** Options of curl with another name here: the error says what to write instead. */
const OTHERWISE: readonly (readonly [
  long: string,
  short: string | undefined,
  value: string | undefined,
  refused: string,
])[] = [
  ["upload-file", "T", "FILE", "write @FILE for a body from a file: roundtrip PUT URL @FILE"],
  ["get", "G", undefined, "write NAME==VALUE for a query parameter: roundtrip URL NAME==VALUE"],
  ["referer", "e", "URL", "write Referer:URL"],
  ["dump-header", "D", "FILE", "--print h prints the head"],
  ["continue-at", "C", "OFFSET", "--continue (-c) resumes at the end of the file"],
  ["range", "r", "RANGE", "write a header such as Range:bytes=0-99"],
  [
    "remote-header-name",
    "J",
    undefined,
    "--download (-d) uses the server's name for the file",
  ],
  ["no-buffer", "N", undefined, "--stream (-S) prints the body as it arrives"],
  ["netrc", "n", undefined, ".netrc is used by default; --ignore-netrc turns it off"],
  ["globoff", "g", undefined, "URLs have no globs here: brackets and braces are sent unchanged"],
  ["cookie", undefined, "TEXT", "write Cookie:NAME=VALUE"],
  ["cookie-jar", undefined, "FILE", "--session NAME saves cookies"],
  ["head", undefined, undefined, "write the method: roundtrip HEAD URL"],
  ["user-agent", undefined, "TEXT", "write User-Agent:TEXT"],
  ["data-raw", undefined, "TEXT", "--data TEXT is the body"],
  ["data-binary", undefined, "TEXT", "--data TEXT is the body, or @FILE"],
  ["data-urlencode", undefined, "TEXT", "write -f NAME=VALUE for a form"],
  ["compressed", undefined, undefined, "responses are always decompressed"],
  ["silent", undefined, undefined, "only the response is printed; --quiet (-q) prints nothing"],
];

/** Options of other programs that are not supported; the error says why. */
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
    refused: "requests are HTTP/1.1; HTTP/2 would change the case and order of headers",
  },
  { long: "http2", hidden: true, help: "", refused: "requests are HTTP/1.1 here" },
  { long: "http3", hidden: true, help: "", refused: "the runtime has no HTTP/3 client" },
  {
    long: "style",
    short: "s",
    value: "STYLE",
    hidden: true,
    help: "",
    refused: "colours follow the theme of your terminal; curl's -s is -q here",
  },
  {
    long: "ssl",
    value: "VERSION",
    hidden: true,
    help: "",
    refused: "the runtime negotiates TLS 1.2 or 1.3 and cannot be limited to one",
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
    refused: "URLs follow the WHATWG rules, which resolve ../; write it as %2e%2e%2f",
  },
  {
    long: "write-out",
    short: "w",
    value: "FORMAT",
    hidden: true,
    help: "",
    refused: "curl's formats are not supported; --meta (-m) prints the times",
  },
];

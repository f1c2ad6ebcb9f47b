/**
 * Options of requests that people know from other programs.
 * @module
 */
import type { OptionSpec } from "./command_spec.ts";

/** What fingers know from curl. Where a letter has HTTPie's meaning (-d -F -I -c), that stays. */
export const CURL_OPTIONS: readonly OptionSpec[] = [
  { long: "request", short: "X", value: "METHOD", help: "method, as in curl", more: true },
  { long: "data", value: "TEXT", alias: ["raw"], help: "--raw, as in curl", more: true },
  { long: "user", short: "u", value: "USER:PASS", alias: ["auth"], help: "--auth", more: true },
  { long: "location", short: "L", alias: ["follow"], help: "--follow", more: true },
  { long: "remote-name", short: "O", alias: ["download"], help: "--download", more: true },
  { long: "include", short: "i", alias: ["print", "hb"], help: "--print hb", more: true },
  { long: "insecure", short: "k", alias: ["verify", "no"], help: "--verify no", more: true },
  { long: "max-time", value: "SECONDS", alias: ["timeout"], help: "--timeout", more: true },
  { long: "fail-with-body", alias: ["check-status"], help: "--check-status", more: true },
];

/** What people know from elsewhere and cannot have here: the answer is the reason. */
export const REFUSED_OPTIONS: readonly OptionSpec[] = [
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
    refused:
      "colours are the sixteen of your terminal, whose theme decides; --pretty format has none",
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
  { long: "default-header", value: "NAME:VALUE", repeat: true, hidden: true, help: "" },
];

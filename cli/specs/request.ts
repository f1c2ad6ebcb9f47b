/**
 * Options of `roundtrip [METHOD] URL [ITEM...]`.
 * @module
 */
import { type CommandSpec, COMMON_OPTIONS, type OptionName } from "./command_spec.ts";
import { CURL_OPTIONS, REFUSED_OPTIONS } from "./known_elsewhere.ts";

/** Options that choose what is printed: the last one wins. */
const OUTPUT = ["headers", "body", "meta", "print", "quiet"];

/** The subcommand; its name may be left out. */
export const request = {
  name: "request",
  summary: "send a request",
  usage: "[METHOD] URL [ITEM...]",
  description: [
    "Sends a request and prints the response. METHOD is GET, or POST if there is a body. A URL " +
    "without a scheme is http; :3000/x is localhost:3000/x.",
    "Items: NAME:VALUE a header, NAME: removes it, NAME; sends it empty; NAME==VALUE a query " +
    "parameter; NAME=VALUE a string and NAME:=JSON a value of the body; NAME@PATH a file of a form " +
    "(NAME@PATH;type=TYPE;filename=NAME); @PATH the body itself. =@ :=@ ==@ :@ read the value from " +
    "a file. A[B][0]=X makes nested JSON. A backslash escapes a separator.",
    "Defaults are read from ~/.config/roundtrip/config.json, or below XDG_CONFIG_HOME: " +
    '{"defaults": {"options": ["--follow"], "headers": {"X-Team": "web"}}}; --no-OPTION cancels ' +
    "one.",
    "On a terminal it prints headers and body, coloured and indented; in a pipe only the body, " +
    "unchanged.",
  ],
  options: [
    {
      long: "json",
      against: ["form", "multipart"],
      short: "j",
      help: "send the body as JSON (default)",
    },
    {
      long: "form",
      against: ["json", "multipart"],
      short: "f",
      help: "send a form; with files, multipart",
    },
    {
      long: "multipart",
      against: ["json", "form"],
      help: "send a multipart form",
      more: true,
    },
    { long: "raw", value: "TEXT", help: "send this text as the body", more: true },
    { long: "verbose", against: OUTPUT, short: "v", help: "print the request too, and --all" },
    { long: "headers", against: OUTPUT, short: "h", help: "print the headers only" },
    { long: "body", against: OUTPUT, short: "b", help: "print the body only" },
    {
      long: "meta",
      against: OUTPUT,
      short: "m",
      help: "print times, addresses and TLS only",
      more: true,
    },
    {
      long: "print",
      against: OUTPUT,
      short: "p",
      value: "WHAT",
      help: "letters: H B request, h b response, m meta",
    },
    { long: "all", help: "print redirects too", more: true },
    {
      long: "history-print",
      short: "P",
      value: "WHAT",
      help: "what --all prints of redirects, letters as in --print",
      more: true,
    },
    {
      long: "filter",
      value: "PATH",
      help: "print this part of a JSON response: a.b[0], [].name",
      more: true,
    },
    {
      long: "quiet",
      against: OUTPUT,
      short: "q",
      repeat: true,
      help: "print nothing; -qq hides warnings too",
      more: true,
    },
    {
      long: "pretty",
      value: "HOW",
      choices: ["all", "colors", "format", "none"],
      help: "colours, indentation, both or none",
      more: true,
    },
    {
      long: "format-options",
      value: "OPTIONS",
      repeat: true,
      help: "json.indent:N, json.format:no, json.sort_keys:yes, headers.sort:no; comma-separated",
      more: true,
    },
    {
      long: "sorted",
      alias: ["format-options", "headers.sort:true,json.sort_keys:true"],
      help: "sort headers and JSON keys",
      more: true,
    },
    {
      long: "unsorted",
      alias: ["format-options", "headers.sort:false,json.sort_keys:false"],
      help: "keep the order and case of headers, and the order of JSON keys",
      more: true,
    },
    { long: "stream", short: "S", help: "print the body as it arrives", more: true },
    { long: "download", short: "d", help: "save the body to a file, with a progress bar" },
    {
      long: "output",
      short: "o",
      value: "FILE",
      help: "file to save to; - for stdout, FOLDER/ keeps the name",
    },
    { long: "no-clobber", help: "do not overwrite the file of -o", more: true },
    { long: "continue", short: "c", help: "resume an interrupted download", more: true },
    { long: "follow", short: "F", help: "follow redirects" },
    { long: "max-redirects", value: "N", help: "redirects to follow (default 10)", more: true },
    {
      long: "auth",
      against: ["bearer"],
      short: "a",
      value: "USER:PASS",
      help: "credentials, or a token for bearer",
    },
    {
      long: "auth-type",
      short: "A",
      value: "TYPE",
      choices: ["basic", "bearer", "digest"],
      elsewhere: "curl's -A is User-Agent:TEXT here",
      help: "how to send --auth or .netrc: basic, bearer, digest",
      more: true,
    },
    {
      long: "bearer",
      against: ["auth", "auth-type"],
      value: "TOKEN",
      help: "--auth-type bearer --auth TOKEN",
      more: true,
    },
    {
      long: "session",
      against: ["session-read-only"],
      value: "NAME",
      help: "save cookies, headers and credentials as NAME",
    },
    {
      long: "session-read-only",
      against: ["session"],
      value: "NAME",
      help: "use a session without changing it",
      more: true,
    },
    { long: "no-check-status", help: "exit 0 for 3xx, 4xx and 5xx too", more: true },
    { long: "check-status", help: "exit 3, 4, 5 for 3xx, 4xx, 5xx (default)", more: true },
    {
      long: "compress",
      short: "x",
      repeat: true,
      help: "compress the body (deflate) if that makes it smaller; -xx always",
      more: true,
    },
    { long: "chunked", help: "send the body chunked, without Content-Length", more: true },
    { long: "timeout", value: "SECONDS", help: "limit for the whole exchange (default none)" },
    { long: "retry", value: "N", help: "retry temporary failures N times", more: true },
    {
      long: "connect-timeout",
      value: "SECONDS",
      help: "limit for connecting",
      more: true,
    },
    {
      long: "proxy",
      value: "URL",
      repeat: true,
      help: "http, https, socks5 or socks5h; prefix http: or https: limits it to such URLs",
      more: true,
    },
    { long: "ignore-netrc", help: "do not read .netrc", more: true },
    {
      long: "resolve",
      value: "HOST:ADDRESS",
      repeat: true,
      help: "use ADDRESS for HOST (also HOST:PORT:ADDRESS)",
      more: true,
    },
    { long: "ipv4", against: ["ipv6"], short: "4", help: "use IPv4 only", more: true },
    { long: "ipv6", against: ["ipv4"], short: "6", help: "use IPv6 only", more: true },
    { long: "interface", value: "NAME", help: "interface or address to connect from", more: true },
    { long: "unix-socket", value: "PATH", help: "connect to a unix socket", more: true },
    { long: "verify", value: "HOW", help: "no, or a certificate (PEM) to trust", more: true },
    { long: "cert", value: "FILE", help: "client certificate (PEM)", more: true },
    { long: "cert-key", value: "FILE", help: "key of the client certificate (PEM)", more: true },
    { long: "cert-key-pass", value: "PASS", help: "passphrase of an encrypted key", more: true },
    {
      long: "https",
      alias: ["default-scheme", "https"],
      help: "use https if the URL has no scheme",
      more: true,
    },
    {
      long: "default-scheme",
      value: "SCHEME",
      choices: ["http", "https"],
      help: "scheme of URLs without one (default http)",
      more: true,
    },
    {
      long: "header",
      short: "H",
      value: "NAME:VALUE",
      repeat: true,
      help: "add a header",
      more: true,
    },
    { long: "response-charset", value: "NAME", help: "charset of the response", more: true },
    { long: "response-mime", value: "TYPE", help: "treat the response as this type", more: true },
    { long: "ignore-stdin", short: "I", help: "never read standard input" },
    { long: "offline", help: "print the request, do not send it" },
    { long: "curl", help: "print the curl command, do not send" },
    { long: "curl-long", help: "the same with curl's long options", more: true },
    { long: "show-secrets", help: "print credentials and cookies in headers", more: true },
    ...CURL_OPTIONS,
    { long: "default-header", value: "NAME:VALUE", repeat: true, hidden: true, help: "" },
    ...COMMON_OPTIONS,
  ],
  refused: REFUSED_OPTIONS,
  examples: [
    ["roundtrip :8080/anything name=Ada age:=36", "POST JSON"],
    ["roundtrip get example.org q==deno Accept:text/html", "a query and a header"],
    ["roundtrip -f :8080/upload photo@me.png", "upload a file"],
    ["roundtrip -d https://example.org/big.iso -c", "download, resume if interrupted"],
    ["roundtrip --curl :8080/x a=1", "print it as a curl command"],
  ],
  exitCodes: [
    [2, "timeout"],
    [3, "status 3xx"],
    [4, "status 4xx"],
    [5, "status 5xx"],
    [6, "too many redirects"],
    [130, "interrupted"],
  ],
  completes: "nothing",
} as const satisfies CommandSpec;

/** Long names of its options. */
export type RequestOption = OptionName<typeof request>;

import { CLIENT_TLS_OPTIONS, command, more, option, PRETTY } from "./command_spec.ts";
import type { OptionName } from "./command_spec.ts";
import REFUSED from "./refused.json" with { type: "json" };

/** Options that choose what is printed: the last one wins. */
const OUTPUT = ["headers", "body", "meta", "print", "quiet"];

/** The subcommand; its name may be left out. */
export const request = command({
  name: "request",
  summary: "send a request",
  usage: "[METHOD] URL [ITEM...]",
  options: [
    option("-j, --json", "send the body as JSON (default)", { against: ["form", "multipart"] }),
    option("-f, --form", "send a form; with files, multipart", { against: ["json", "multipart"] }),
    more("--multipart", "send a multipart form", { against: ["json", "form"] }),
    more("--raw TEXT", "send this text as the body"),
    option("-v, --verbose", "print the request too, and --all", { against: OUTPUT }),
    option("-h, --headers", "print the headers only", { against: OUTPUT }),
    option("-b, --body", "print the body only", { against: OUTPUT }),
    more("-m, --meta", "print times, addresses and TLS only", { against: OUTPUT }),
    option("-p, --print WHAT", "letters: H B request, h b response, m meta", { against: OUTPUT }),
    more("--json-meta[=FILE]", "write curl's %{json} as a line to stderr, or to FILE"),
    more("--parallel N", "with several URLs: send N at a time, print the replies in order"),
    more("--all", "print redirects too"),
    more("-P, --history-print WHAT", "what --all prints of redirects, letters as in --print"),
    more("-q, --quiet...", "print nothing; -qq hides warnings too", { against: OUTPUT }),
    PRETTY,
    more(
      "--format-options OPTIONS...",
      "json.indent:N, json.format:no, json.sort_keys:yes, headers.sort:no; comma-separated",
    ),
    more("--sorted", "sort headers and JSON keys", {
      alias: ["format-options", "headers.sort:true,json.sort_keys:true"],
    }),
    more("--unsorted", "keep the order and case of headers, and the order of JSON keys", {
      alias: ["format-options", "headers.sort:false,json.sort_keys:false"],
    }),
    more("-S, --stream", "print the body as it arrives"),
    option("-d, --download", "save the body to a file, with a progress bar"),
    option("-o, --output FILE", "file to save to; - for stdout, FOLDER/ keeps the name"),
    more("--no-clobber", "do not overwrite the file of -o"),
    more("-c, --continue", "resume an interrupted download"),
    option("-F, --follow", "follow redirects"),
    more("--max-redirects N", "redirects to follow (default 10)"),
    option("-a, --auth USER:PASS", "credentials, or a token for bearer", { against: ["bearer"] }),
    more("-A, --auth-type TYPE", "how to send --auth or .netrc: basic, bearer, digest", {
      choices: ["basic", "bearer", "digest"],
      elsewhere: "curl's -A is User-Agent:TEXT here",
    }),
    more("--bearer TOKEN", "--auth-type bearer --auth TOKEN", { against: ["auth", "auth-type"] }),
    option("--session NAME", "save cookies, headers and credentials as NAME", {
      against: ["session-read-only"],
    }),
    more("--session-read-only NAME", "use a session without changing it", { against: ["session"] }),
    more("--no-check-status", "exit 0 for 3xx, 4xx and 5xx too"),
    more("--check-status", "exit 3, 4, 5 for 3xx, 4xx, 5xx (default)"),
    more("-x, --compress...", "compress the body (deflate) if that makes it smaller; -xx always"),
    more("--chunked", "send the body chunked, without Content-Length"),
    option("--timeout SECONDS", "limit for the whole exchange (default none)"),
    more("--retry N", "retry temporary failures N times"),
    more("--connect-timeout SECONDS", "limit for connecting"),
    more("--proxy URL...", "http, https, socks5, socks5h; http:URL and https:URL limit it"),
    more("--ignore-netrc", "do not read .netrc"),
    more("--unix-socket PATH", "connect to a unix socket"),
    more("--resolve HOST:ADDRESS...", "use ADDRESS for HOST (also HOST:PORT:ADDRESS)"),
    more("-4, --ipv4", "use IPv4 only", { against: ["ipv6"] }),
    more("-6, --ipv6", "use IPv6 only", { against: ["ipv4"] }),
    ...CLIENT_TLS_OPTIONS,
    more("--https", "use https if the URL has no scheme", { alias: ["default-scheme", "https"] }),
    more("--default-scheme SCHEME", "scheme of URLs without one (default http)", {
      choices: ["http", "https"],
    }),
    more("-H, --header NAME:VALUE...", "add a header"),
    more("--response-charset NAME", "charset of the response"),
    more("--response-mime TYPE", "treat the response as this type"),
    option("-I, --ignore-stdin", "never read standard input"),
    more("--save FILE", "append the request to a .http file, for roundtrip run"),
    option("--offline", "print the request, do not send it"),
    option("--curl", "print the curl command, do not send"),
    more("--curl-long", "the same with curl's long options"),
    more("--show-secrets", "print credentials and cookies in headers"),
    // Aliases for curl's options, except for letters that HTTPie uses otherwise: -d -F -I -c.
    more("-X, --request METHOD", "method, as in curl"),
    more("--data TEXT", "--raw, as in curl", { alias: ["raw"] }),
    more("-u, --user USER:PASS", "--auth", { alias: ["auth"] }),
    more("-L, --location", "--follow", { alias: ["follow"] }),
    more("-O, --remote-name", "--download", { alias: ["download"] }),
    more("-i, --include", "--print hb", { alias: ["print", "hb"] }),
    more("-k, --insecure", "--verify no", { alias: ["verify", "no"] }),
    more("--max-time SECONDS", "--timeout", { alias: ["timeout"] }),
    more(
      "-w, --write-out FORMAT",
      "print facts after the reply, as curl: '%{http_code}\\n', @FILE",
    ),
    more("--fail-with-body", "--check-status", { alias: ["check-status"] }),
    option("--default-header NAME:VALUE...", "", { hidden: true }),
  ],
  // The error says why an option of another program is missing, or what to write instead.
  refused: Object.entries(REFUSED).map(([syntax, refused]) =>
    option(syntax, "", { hidden: true, refused })
  ),
  completes: "nothing",
});

export type RequestOption = OptionName<typeof request>;

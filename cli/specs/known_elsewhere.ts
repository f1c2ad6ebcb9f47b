// Request options known from other programs.
import { more, type OptionSpec, refused } from "./command_spec.ts";

/** Aliases for curl's options, except for letters that HTTPie uses otherwise: -d -F -I -c. */
export const CURL_OPTIONS = [
  more("-X, --request METHOD", "method, as in curl"),
  more("--data TEXT", "--raw, as in curl", { alias: ["raw"] }),
  more("-u, --user USER:PASS", "--auth", { alias: ["auth"] }),
  more("-L, --location", "--follow", { alias: ["follow"] }),
  more("-O, --remote-name", "--download", { alias: ["download"] }),
  more("-i, --include", "--print hb", { alias: ["print", "hb"] }),
  more("-k, --insecure", "--verify no", { alias: ["verify", "no"] }),
  more("--max-time SECONDS", "--timeout", { alias: ["timeout"] }),
  more("-w, --write-out FORMAT", "print facts after the reply, as curl: '%{http_code}\\n', @FILE"),
  more("--fail-with-body", "--check-status", { alias: ["check-status"] }),
] as const satisfies readonly OptionSpec[];

/** Options of other programs; the error says why they are missing, or what to write instead. */
export const REFUSED_OPTIONS: readonly OptionSpec[] = [
  refused("-T, --upload-file FILE", "write @FILE for a body from a file: roundtrip PUT URL @FILE"),
  refused("-G, --get", "write NAME==VALUE for a query parameter: roundtrip URL NAME==VALUE"),
  refused("-e, --referer URL", "write Referer:URL"),
  refused("-D, --dump-header FILE", "--print h prints the head"),
  refused("-C, --continue-at OFFSET", "--continue (-c) resumes at the end of the file"),
  refused("-r, --range RANGE", "write a header such as Range:bytes=0-99"),
  refused("-J, --remote-header-name", "--download (-d) uses the server's name for the file"),
  refused("-N, --no-buffer", "--stream (-S) prints the body as it arrives"),
  refused("-n, --netrc", ".netrc is used by default; --ignore-netrc turns it off"),
  refused("-g, --globoff", "URLs have no globs here: brackets and braces are sent unchanged"),
  refused("--cookie TEXT", "write Cookie:NAME=VALUE"),
  refused("--cookie-jar FILE", "--session NAME saves cookies"),
  refused("--head", "write the method: roundtrip HEAD URL"),
  refused("--user-agent TEXT", "write User-Agent:TEXT"),
  refused("--data-raw TEXT", "--data TEXT is the body"),
  refused("--data-binary TEXT", "--data TEXT is the body, or @FILE"),
  refused("--data-urlencode TEXT", "write -f NAME=VALUE for a form"),
  refused("--compressed", "responses are always decompressed"),
  refused("--silent", "only the response is printed; --quiet (-q) prints nothing"),
  refused(
    "--http-version VERSION",
    "requests are HTTP/1.1; HTTP/2 would change the case and order of headers",
  ),
  refused("--http2", "requests are HTTP/1.1 here"),
  refused("--http3", "the runtime has no HTTP/3 client"),
  refused("-s, --style STYLE", "colours follow the theme of your terminal; curl's -s is -q here"),
  refused("--ssl VERSION", "the runtime negotiates TLS 1.2 or 1.3 and cannot be limited to one"),
  refused("--ciphers LIST", "the runtime's TLS (rustls) has a fixed list of safe ciphers"),
  refused("--path-as-is", "URLs follow the WHATWG rules, which resolve ../; write it as %2e%2e%2f"),
];

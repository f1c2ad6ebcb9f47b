import { CLIENT, CLIENT_TLS_OPTIONS, command, more, option } from "./command_spec.ts";
import type { OptionName } from "./command_spec.ts";

const SERVER = { only: "server" } as const;

export const ws = command({
  name: "ws",
  summary: "talk WebSocket: lines in, messages out",
  usage: "ws [OPTIONS] URL [NAME:VALUE...] | ws -s PORT",
  options: [
    option("-x, --execute TEXT...", "send this instead of the input"),
    option("--wait SECONDS", "idle time before closing after the input (default 1)", CLIENT),
    option("-n, --no-close", "do not close at the end of the input", CLIENT),
    option("-1, --one-message", "exit after the first message", CLIENT),
    option("-b, --binary", "send binary messages; in a pipe, raw bytes"),
    more("-t, --text", "send text messages (default)"),
    option("-0, --null", "messages end with a zero byte, not a line feed"),
    option("--base64", "binary messages as base64, both ways"),
    option("-j, --json", "indent messages that are JSON"),
    option("--ping-interval SECONDS", "ping when idle; close if unanswered"),
    more("--ping-timeout SECONDS", "limit for the pong (default half the interval)", CLIENT),
    more("--print-pings", "print pings and pongs", CLIENT),
    more("--print-ping-rtts", "print the round-trip times of pings", CLIENT),
    more("--origin ORIGIN", "Origin header; with -s: allowed origin"),
    more("--protocol NAME...", "subprotocol to offer, with -s to accept"),
    option("-a, --auth USER:PASS", "Basic credentials; -s asks for them", { against: ["bearer"] }),
    more("--bearer TOKEN", "a bearer token", { against: ["auth"], ...CLIENT }),
    more("--user-agent TEXT", "User-Agent header", CLIENT),
    ...CLIENT_TLS_OPTIONS,
    more("-k, --insecure", "--verify no", { alias: ["verify", "no"] }),
    more("--proxy URL", "http, https, socks5 or socks5h", CLIENT),
    more("--unix-socket PATH", "connect to a unix socket", CLIENT),
    more("--ignore-netrc", "do not read .netrc", CLIENT),
    more("-E, --exit-on-eof", "--wait 0", { alias: ["wait", "0"] }),
    more("--max-size BYTES", "largest message (default 4 MiB)"),
    option("--reconnect", "reconnect when the connection is lost", CLIENT),
    option("-s, --server PORT", "serve: send every message to all clients"),
    more("--restrict-uri PATH", "with -s: serve this path only, else 404", SERVER),
    option("-H, --hostname HOST", "address to bind with -s", SERVER),
    more("-P, --port PORT", "the same as -s"),
  ],
  completes: "nothing",
});

export type WsOption = OptionName<typeof ws>;

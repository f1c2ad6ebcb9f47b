/**
 * Options of `roundtrip ws`.
 * @module
 */
import { type CommandSpec, COMMON_OPTIONS, type OptionName } from "./command_spec.ts";

/** The subcommand. */
export const ws = {
  name: "ws",
  summary: "talk WebSocket: lines in, messages out",
  usage: "ws [OPTIONS] URL [NAME:VALUE...] | ws -s PORT",
  description: [
    "Sends each line of standard input as a message and prints each message on a line. NAME:VALUE " +
    "adds a header, NAME==VALUE a query parameter. On a terminal it prompts; /ping [TEXT], " +
    "/close [CODE] and /quit are commands there.",
    "At the end of the input it waits for --wait seconds without a message, closes and exits. " +
    "It also exits when the server closes, with 0 for the codes 1000, 1001 and 1005.",
    "With -s it is a server that sends each client's messages, and each input line, to all clients.",
  ],
  options: [
    {
      long: "execute",
      short: "x",
      value: "TEXT",
      repeat: true,
      help: "send this instead of the input",
    },
    {
      long: "wait",
      value: "SECONDS",
      help: "idle time before closing after the input (default 1)",
    },
    { long: "no-close", short: "n", help: "do not close at the end of the input" },
    { long: "one-message", short: "1", help: "exit after the first message" },
    { long: "binary", short: "b", help: "send binary messages; in a pipe, raw bytes" },
    { long: "text", short: "t", help: "send text messages (default)", more: true },
    { long: "null", short: "0", help: "messages end with a zero byte, not a line feed" },
    { long: "base64", help: "binary messages as base64, both ways" },
    { long: "json", short: "j", help: "indent messages that are JSON" },
    { long: "ping-interval", value: "SECONDS", help: "ping when idle; close if unanswered" },
    {
      long: "ping-timeout",
      value: "SECONDS",
      help: "limit for the pong (default half the interval)",
      more: true,
    },
    { long: "print-pings", help: "print pings and pongs", more: true },
    { long: "print-ping-rtts", help: "print the round-trip times of pings", more: true },
    {
      long: "origin",
      value: "ORIGIN",
      help: "Origin header; with -s: allowed origin",
      more: true,
    },
    {
      long: "protocol",
      value: "NAME",
      repeat: true,
      help: "subprotocol to offer, with -s to accept",
      more: true,
    },
    {
      long: "auth",
      against: ["bearer"],
      short: "a",
      value: "USER:PASS",
      help: "Basic credentials; with -s: asked for",
    },
    { long: "bearer", against: ["auth"], value: "TOKEN", help: "a bearer token", more: true },
    { long: "user-agent", value: "TEXT", help: "User-Agent header", more: true },
    { long: "verify", value: "HOW", help: "no, or a certificate (PEM) to trust", more: true },
    { long: "insecure", short: "k", alias: ["verify", "no"], help: "--verify no", more: true },
    { long: "cert", value: "FILE", help: "client certificate (PEM)", more: true },
    { long: "cert-key", value: "FILE", help: "key of the client certificate (PEM)", more: true },
    { long: "cert-key-pass", value: "PASS", help: "passphrase of an encrypted key", more: true },
    { long: "proxy", value: "URL", help: "http, https, socks5 or socks5h", more: true },
    { long: "unix-socket", value: "PATH", help: "connect to a unix socket", more: true },
    { long: "ignore-netrc", help: "do not read .netrc", more: true },
    { long: "exit-on-eof", short: "E", alias: ["wait", "0"], help: "--wait 0", more: true },
    { long: "max-size", value: "BYTES", help: "largest message (default 4 MiB)", more: true },
    { long: "reconnect", help: "reconnect when the connection is lost" },
    {
      long: "server",
      short: "s",
      value: "PORT",
      help: "serve: send every message to all clients",
    },
    {
      long: "restrict-uri",
      value: "PATH",
      help: "with -s: serve this path only, else 404",
      more: true,
    },
    { long: "hostname", short: "H", value: "HOST", help: "address to bind with -s" },
    { long: "port", short: "P", value: "PORT", help: "the same as -s", more: true },
    ...COMMON_OPTIONS,
  ],
  examples: [
    ["roundtrip ws ws://localhost:8080/ws", "a conversation"],
    ["echo hello | roundtrip ws -1 :8080/websocket/echo", "one message, one answer"],
    ["roundtrip ws -s 9000", "a chat room"],
  ],
  exitCodes: [
    [2, "timeout"],
    [3, "the server closed with an error, or the connection was lost"],
    [4, "the server refused the handshake"],
    [130, "interrupted"],
  ],
  completes: "nothing",
} as const satisfies CommandSpec;

/** Long names of its options. */
export type WsOption = OptionName<typeof ws>;

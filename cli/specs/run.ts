import { CLIENT_TLS_OPTIONS, command, more, option, PRETTY } from "./command_spec.ts";
import type { OptionName } from "./command_spec.ts";

export const run = command({
  name: "run",
  summary: "send and check requests of .http files",
  usage: "run [OPTIONS] FILE...",
  options: [
    option("--test", "print a line for each request instead of the replies"),
    option("--env NAME", "environment of http-client.env.json"),
    option("--name NAME...", "send only this request, and those that it refers to"),
    option("--var NAME=VALUE...", "set a variable"),
    option("--report-tap FILE", "write the results as TAP, - for standard output"),
    option("--report-junit FILE", "write the results as JUnit XML"),
    option("--fail-fast", "stop after the first failure"),
    option("-h, --headers", "print the headers of replies only"),
    PRETTY,
    option("--timeout SECONDS", "limit for each request (default none)"),
    more("--connect-timeout SECONDS", "limit for connecting"),
    more("--proxy URL...", "http, https, socks5 or socks5h"),
    ...CLIENT_TLS_OPTIONS,
    more("-k, --insecure", "--verify no", { alias: ["verify", "no"] }),
  ],
  completes: "files",
});

export type RunOption = OptionName<typeof run>;

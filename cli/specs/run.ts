// Options of `roundtrip run`.
import { CLIENT_TLS_OPTIONS, command, more, option, type OptionName } from "./command_spec.ts";

export const run = command({
  name: "run",
  summary: "send and check requests of .http files",
  usage: "run [OPTIONS] FILE...",
  description: [
    "Sends the requests of files as editors know them (VS Code's REST Client, JetBrains, httpyac), " +
    "and of the simple part of Hurl's format, in order, with one cookie jar. - reads standard " +
    "input; a message as --offline prints it is a request too.",
    "Requests are separated by ###. @host = VALUE sets a variable, {{host}} reads it; # @name login " +
    "names a request, and {{login.response.body.token}} reads its reply (it is sent first if it " +
    "was not). {{$uuid}}, {{$timestamp}}, {{$randomInt 1 10}}, {{$processEnv NAME}} and " +
    "{{$dotenv NAME}} are made on the spot. # @prompt NAME asks for a value.",
    "?? status == 200, ?? header content-type contains json, ?? jsonpath $.items count >= 1, " +
    "?? body $.name == Ada, ?? duration < 500 check the reply, with the predicates of Hurl.",
    "Environments are read from http-client.env.json and http-client.private.env.json.",
  ],
  options: [
    option("--test", "print a line for each request instead of the replies"),
    option("--env NAME", "environment of http-client.env.json"),
    option("--name NAME", "send only this request, and those that it refers to", { repeat: true }),
    option("--var NAME=VALUE", "set a variable", { repeat: true }),
    option("--report-tap FILE", "write the results as TAP, - for standard output"),
    option("--report-junit FILE", "write the results as JUnit XML"),
    option("--fail-fast", "stop after the first failure"),
    option("-h, --headers", "print the headers of replies only"),
    more("--pretty HOW", "colours, indentation, both or none", {
      choices: ["all", "colors", "format", "none"],
    }),
    option("--timeout SECONDS", "limit for each request (default none)"),
    more("--connect-timeout SECONDS", "limit for connecting"),
    more("--proxy URL", "http, https, socks5 or socks5h", { repeat: true }),
    ...CLIENT_TLS_OPTIONS,
    more("-k, --insecure", "--verify no", { alias: ["verify", "no"] }),
  ],
  examples: [
    ["roundtrip run api.http", "send all requests, print the replies"],
    ["roundtrip run --test --env dev api.http", "check them"],
    ["roundtrip run --name login api.http", "send one"],
    ["roundtrip --save api.http :8080/users name=Ada", "append a request to a file"],
  ],
  exitCodes: [[1, "an assertion or a request failed"]],
  completes: "files",
});

export type RunOption = OptionName<typeof run>;

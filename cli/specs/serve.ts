// Options of `roundtrip serve`.
import {
  command,
  LISTEN_OPTIONS,
  more,
  option,
  type OptionName,
  SERVICE_OPTIONS,
} from "./command_spec.ts";

export const serve = command({
  name: "serve",
  summary: "run an application from a module",
  usage: "serve [OPTIONS] MODULE[:NAME] [ARGS...]",
  description: [
    "Runs an export of a module, like python -m aiohttp.web. NAME is an Application, an object " +
    "with fetch, or a function that gets ARGS as an array and returns one of them or a promise of " +
    "one. Without NAME, the default export is used.",
    "MODULE is a path such as ./app.ts; the extension may be left out. Words after it that " +
    "are not options of serve are ARGS; after -- all words are.",
    "With -U alone it listens on the unix socket only; with -U and -H on both.",
  ],
  options: [
    ...LISTEN_OPTIONS,
    option("-U, --path PATH", "unix socket to listen on"),
    option("--tls-cert FILE", "certificate chain (PEM); with --tls-key, serve TLS"),
    option("--tls-key FILE", "private key of the certificate (PEM)"),
    option("-w, --watch", "restart when a file beside the module changes; errors are shown"),
    option("--workers N", "processes that share the port (default 1); SIGHUP replaces them"),
    more("--restart WHEN", "on-failure (default with --workers) or no", {
      choices: ["on-failure", "no"],
    }),
    option("--access-log", "one line for each request"),
    ...SERVICE_OPTIONS,
    more("--open", "open the address in a browser"),
    option("--worker INDEX", "a worker of this command", { hidden: true }),
  ],
  examples: [
    ["roundtrip serve ./app.ts", "the default export on http://localhost:8080"],
    ["roundtrip serve -P 0 ./app.ts:init --debug", 'init(["--debug"]) on a free port'],
    ["roundtrip serve -U /run/app.sock -H localhost ./app.ts", "a unix socket and TCP"],
  ],
  exitCodes: [[2, "wrong command line, module or name"]],
  positionals: 1,
  passOn: true,
  environment: true,
  completes: "files",
  usageCode: 2, // argparse's
});

export type ServeOption = OptionName<typeof serve>;

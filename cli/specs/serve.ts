import { command, LISTEN_OPTIONS, more, option, SERVICE_OPTIONS } from "./command_spec.ts";
import type { OptionName } from "./command_spec.ts";

export const serve = command({
  name: "serve",
  summary: "run an application from a module",
  usage: "serve [OPTIONS] MODULE[:NAME] [ARGS...]",
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
  positionals: 1,
  passOn: true,
  environment: true,
  completes: "files",
  usageCode: 2, // argparse's
});

export type ServeOption = OptionName<typeof serve>;

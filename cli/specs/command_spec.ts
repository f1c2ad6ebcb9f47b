/**
 * Specification of a subcommand, from which help, completions, man page and parser are made.
 * @module
 */

/** An option of a subcommand. */
export interface OptionSpec {
  /** Long name without dashes. */
  readonly long: string;
  /** One letter, without a dash. */
  readonly short?: string;
  /** Name of the value in the help; without one the option is a switch. */
  readonly value?: string;
  /**
   * Whether the value may be left out. It is then read from `-oVALUE` or `--option=VALUE`, and from
   * the next word only after all positional arguments.
   */
  readonly valueOptional?: boolean;
  /** Accepted values, also offered by completions. */
  readonly choices?: readonly string[];
  /** Whether it may be given several times. */
  readonly repeat?: boolean;
  /** Description: one line, lower case, no period. */
  readonly help: string;
  /** Whether the short help leaves it out. */
  readonly more?: boolean;
  /** Whether it is internal and left out of all help. */
  readonly hidden?: boolean;
  /** Option that this is an alias of; with a value, it is a switch that sets this value. */
  readonly alias?: readonly [long: string, value?: string];
  /** Options that exclude this one: the last one given wins. */
  readonly against?: readonly string[];
  /** Meaning of the letter in curl, added to the error for an invalid choice. */
  readonly elsewhere?: string;
  /** Why an option known from other programs is not supported. */
  readonly refused?: string;
}

/** A subcommand. */
export interface CommandSpec {
  /** Its name, the first word. */
  readonly name: string;
  /** One-line summary for the overview. */
  readonly summary: string;
  /** Usage line after the program's name. */
  readonly usage: string;
  /** Paragraphs for `help NAME` and the man page. */
  readonly description: readonly string[];
  /** Options, in the order of the help. */
  readonly options: readonly OptionSpec[];
  /** Options of other programs, each refused with the reason. */
  readonly refused?: readonly OptionSpec[];
  /** Command lines, including the program's name, and their meaning. */
  readonly examples: readonly (readonly [command: string, meaning: string])[];
  /** Exit codes besides 0 and 1. */
  readonly exitCodes?: readonly (readonly [code: number, meaning: string])[];
  /**
   * Maximum number of positional arguments; with `passOn`, further words are passed on. @default no
   * limit
   */
  readonly positionals?: number;
  /** Whether unknown words after the positional arguments are passed on. */
  readonly passOn?: boolean;
  /** Kind of completion for positional arguments. */
  readonly completes: "files" | "folders" | "nothing";
  /** Whether options may be set by environment variables. @default {false} */
  readonly environment?: boolean;
  /** Exit code for an invalid command line. @default {64} */
  readonly usageCode?: number;
}

/** Long names of a subcommand's options. */
export type OptionName<Spec extends CommandSpec> = Spec["options"][number]["long"];

/** Exit code for an invalid command line, EX_USAGE of sysexits.h. */
export const USAGE_CODE = 64;

/** Options of all servers. */
export const LISTEN_OPTIONS = [
  {
    long: "hostname",
    short: "H",
    value: "HOST",
    repeat: true,
    help: "address to bind, may be repeated (default localhost)",
  },
  {
    long: "port",
    short: "P",
    value: "PORT",
    help: "port to bind, 0 for a free one (default 8080)",
  },
  {
    long: "engine",
    value: "NAME",
    choices: ["sockets", "deno"],
    help: "sockets (limits; files and httpbin without TLS), deno (TLS, HTTP/2)",
    more: true,
  },
] as const satisfies readonly OptionSpec[];

/** TLS options of servers that also work without TLS. */
export const TLS_OPTIONS = [
  { long: "tls-cert", value: "FILE", help: "certificate chain (PEM)", more: true },
  { long: "tls-key", value: "FILE", help: "private key (PEM)", more: true },
] as const satisfies readonly OptionSpec[];

/** Options of long-running servers. */
export const SERVICE_OPTIONS = [
  {
    long: "access-log-format",
    value: "FORMAT",
    help: "format as in aiohttp, or json",
    more: true,
  },
  {
    long: "shutdown-timeout",
    value: "SECONDS",
    help: "limit for open requests when stopping (default 60)",
    more: true,
  },
  {
    long: "health",
    value: "ROUTE",
    help: "path of a health check, such as /healthz",
    more: true,
  },
] as const satisfies readonly OptionSpec[];

/** Options of all subcommands. */
export const COMMON_OPTIONS = [
  { long: "help", help: "show this help" },
  { long: "version", short: "V", hidden: true, help: "" },
] as const satisfies readonly OptionSpec[];

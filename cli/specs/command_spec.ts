/**
 * What the command line is made of: help, completions, the man page and the parser read it here.
 * @module
 */

/** An option of a subcommand. */
export interface OptionSpec {
  /** Long name without dashes. */
  readonly long: string;
  /** One letter, without a dash. */
  readonly short?: string;
  /** Name of the value in the help; an option without one is a switch. */
  readonly value?: string;
  /**
   * Whether the value may be missing. It is then taken from `-oVALUE` or `--option=VALUE`, and from
   * the next word only where all positional arguments have been given.
   */
  readonly valueOptional?: boolean;
  /** Values that are accepted; completions offer them. */
  readonly choices?: readonly string[];
  /** Whether it may be given several times. */
  readonly repeat?: boolean;
  /** What it does, one line, lower case, no period. */
  readonly help: string;
  /** Whether the short help leaves it out. */
  readonly more?: boolean;
  /** Whether it is for the program's own use and named nowhere. */
  readonly hidden?: boolean;
  /** The option that it is another name of; a value makes it a switch for that value. */
  readonly alias?: readonly [long: string, value?: string];
  /** Options that say something else: the last one given counts. */
  readonly against?: readonly string[];
  /** What the letter is to curl, said where the value is none of the choices. */
  readonly elsewhere?: string;
  /** Why it is refused: people know it from elsewhere, and here it cannot be had. */
  readonly refused?: string;
}

/** A subcommand. */
export interface CommandSpec {
  /** Its name, the first word. */
  readonly name: string;
  /** One line for the overview. */
  readonly summary: string;
  /** What follows the program's name in the usage line. */
  readonly usage: string;
  /** Paragraphs for `help NAME` and the man page. */
  readonly description: readonly string[];
  /** Options, in the order of the help. */
  readonly options: readonly OptionSpec[];
  /** Options of other programs, each refused with the reason. */
  readonly refused?: readonly OptionSpec[];
  /** Command lines with what they do, the program's name included. */
  readonly examples: readonly (readonly [command: string, meaning: string])[];
  /** Exit codes beside 0 and 1. */
  readonly exitCodes?: readonly (readonly [code: number, meaning: string])[];
  /** Most positional arguments; what follows is passed on where `passOn` is set. @default no limit */
  readonly positionals?: number;
  /** Whether unknown words after the positional arguments are passed on. */
  readonly passOn?: boolean;
  /** What a positional argument is completed with. */
  readonly completes: "files" | "folders" | "nothing";
  /** Whether options may come from the environment. @default {false} */
  readonly environment?: boolean;
  /** Exit code of a wrong command line. @default {64} */
  readonly usageCode?: number;
}

/** Long names of a subcommand's options. */
export type OptionName<Spec extends CommandSpec> = Spec["options"][number]["long"];

/** Exit code of a wrong command line, EX_USAGE of sysexits.h. */
export const USAGE_CODE = 64;

/** Options of everything that listens; they mean the same everywhere. */
export const LISTEN_OPTIONS = [
  {
    long: "hostname",
    short: "H",
    value: "HOST",
    repeat: true,
    help: "address to bind, several by several -H (default localhost)",
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

/** Certificate of a server that can do without one. */
export const TLS_OPTIONS = [
  { long: "tls-cert", value: "FILE", help: "certificate chain (PEM)", more: true },
  { long: "tls-key", value: "FILE", help: "private key (PEM)", more: true },
] as const satisfies readonly OptionSpec[];

/** Options of what serves for long. */
export const SERVICE_OPTIONS = [
  {
    long: "access-log-format",
    value: "FORMAT",
    help: "the line's atoms as in aiohttp, or json",
    more: true,
  },
  {
    long: "shutdown-timeout",
    value: "SECONDS",
    help: "how long requests under way may take at the end (default 60)",
    more: true,
  },
  {
    long: "health",
    value: "ROUTE",
    help: "path that tells whether requests are welcome, /healthz",
    more: true,
  },
] as const satisfies readonly OptionSpec[];

/** Options of everything. */
export const COMMON_OPTIONS = [
  { long: "help", help: "show this help" },
  { long: "version", short: "V", hidden: true, help: "" },
] as const satisfies readonly OptionSpec[];

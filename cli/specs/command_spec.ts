// Specification of a subcommand, from which help, completions, man page and parser are made; their
// prose is in `manual.txt`.

export interface OptionSpec {
  /** Long name without dashes. */
  readonly long: string;
  /** One letter, without a dash. */
  readonly short?: string | undefined;
  /** Name of the value in the help; without one the option is a switch. */
  readonly value?: string | undefined;
  /**
   * Whether the value may be left out. It is then read from `-oVALUE` or `--option=VALUE`, and from
   * the next word only after all positional arguments.
   */
  readonly valueOptional?: boolean;
  /** Accepted values, also offered by completions. */
  readonly choices?: readonly string[];
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
  /** Whether it is for a client only, or for a server only. */
  readonly only?: "client" | "server";
  /** Why an option known from other programs is not supported. */
  readonly refused?: string;
}

export interface CommandSpec {
  readonly name: string;
  /** One-line summary for the overview. */
  readonly summary: string;
  /** Usage line after the program's name. */
  readonly usage: string;
  /** Options, in the order of the help. */
  readonly options: readonly OptionSpec[];
  /** Options of other programs, each refused with the reason. */
  readonly refused?: readonly OptionSpec[];
  /** Maximum number of positional arguments; with `passOn`, further words are passed on. */
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

export type OptionName<Spec extends CommandSpec> =
  | Spec["options"][number]["long"]
  | typeof COMMON_OPTIONS[number]["long"];

/** Specifies a subcommand; the options that all have come last. */
export function command<const Spec extends CommandSpec>(spec: Spec): Spec {
  return { ...spec, options: [...spec.options, ...COMMON_OPTIONS] };
}

/** Exit code for an invalid command line, EX_USAGE of sysexits.h. */
export const USAGE_CODE = 64;

type LongOf<Syntax extends string> = Syntax extends `${string}--${infer Rest}`
  ? Rest extends `${infer Long}[=${string}` ? Long
  : Rest extends `${infer Long} ${string}` ? Long
  : Rest extends `${infer Long}...` ? Long
  : Rest
  : never;

type Further = Omit<OptionSpec, "long" | "short" | "value" | "valueOptional" | "repeat" | "help">;

/** Specifies an option by its syntax, such as `-H, --header NAME:VALUE`; `...` repeats. */
export function option<Syntax extends string>(
  syntax: Syntax,
  help: string,
  further: Further = {},
): OptionSpec & { readonly long: LongOf<Syntax> } {
  const [, short, long = "", optional, value] =
    /^(?:-(.), )?--([\w-]+)(?: |(\[=))?([^\].]+)?/.exec(syntax) ?? [];
  const [valueOptional, repeat] = [optional !== undefined, syntax.endsWith("...")];
  return { long: long as LongOf<Syntax>, short, value, valueOptional, repeat, help, ...further };
}

export const more: typeof option = (syntax, help, further) =>
  option(syntax, help, { ...further, more: true });

export const LISTEN_OPTIONS = [
  option("-H, --hostname HOST...", "address to bind, may be repeated (default localhost)"),
  option("-P, --port PORT", "port to bind, 0 for a free one (default 8080)"),
  more("--engine NAME", "sockets (limits; files and httpbin without TLS), deno (TLS, HTTP/2)", {
    choices: ["sockets", "deno"],
  }),
] as const satisfies readonly OptionSpec[];

/** TLS options of servers that also work without TLS. */
export const TLS_OPTIONS = [
  more("--tls-cert FILE", "certificate chain (PEM)"),
  more("--tls-key FILE", "private key (PEM)"),
] as const satisfies readonly OptionSpec[];

export const SERVICE_OPTIONS = [
  more("--access-log-format FORMAT", "format as in aiohttp, or json"),
  more("--shutdown-timeout SECONDS", "limit for open requests when stopping (default 60)"),
  more("--shutdown-delay SECONDS", "time to answer on before stopping (default 0; 1 for workers)"),
  more("--health ROUTE", "path of a health check, such as /healthz"),
] as const satisfies readonly OptionSpec[];

export const PRETTY = more("--pretty HOW", "colours, indentation, both or none", {
  choices: ["all", "colors", "format", "none"],
});

export const CLIENT = { only: "client" } as const;

export const CLIENT_TLS_OPTIONS = [
  more("--verify HOW", "no, or a certificate (PEM) to trust", CLIENT),
  more("--cert FILE", "client certificate (PEM)", CLIENT),
  more("--cert-key FILE", "key of the client certificate (PEM)", CLIENT),
  more("--cert-key-pass PASS", "passphrase of an encrypted key", CLIENT),
] as const satisfies readonly OptionSpec[];

const COMMON_OPTIONS = [
  option("--help", "show this help"),
  option("-V, --version", "", { hidden: true }),
] as const satisfies readonly OptionSpec[];

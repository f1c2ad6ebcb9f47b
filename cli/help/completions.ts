import { fill } from "../io/fill.ts";
import { shellWord } from "../io/shell_word.ts";
import type { CommandSpec, OptionSpec } from "../specs/command_spec.ts";
import { COMMANDS, GLOBAL_OPTIONS } from "../specs/mod.ts";
import BASH from "./completions.bash" with { type: "text" };
import ELVISH from "./completions.elv" with { type: "text" };
import ZSH from "./completions.zsh" with { type: "text" };
import { visible } from "./help.ts";

const NAMED = COMMANDS.filter((each) => each.name !== "request");
const NAMES = NAMED.map((each) => each.name);
const ALL_NAMES = COMMANDS.map((each) => each.name);
// The pattern of `request` matches everything, so it has to come last.
const REQUEST_LAST = [...NAMED, ...COMMANDS.filter((each) => each.name === "request")];
const METHODS = ["get", "post", "put", "patch", "delete", "head", "options"];

/** Completions for bash: `source <(roundtrip --generate complete-bash)`. */
export function completeBash(): string {
  const cases = REQUEST_LAST.map((each) => {
    const label = each.name === "request" ? "*" : each.name;
    const words = shellWord(optionWords(each).join(" "));
    return `    ${label}) words=${words}; kind=${each.completes} ;;`;
  });
  const values = choicesByOption().map(([option, values]) =>
    `    ${option}) COMPREPLY=($(compgen -W ${shellWord(values.join(" "))} -- "$cur")); return ;;`
  );
  const files = everyOption().filter(takesFile).map((each) => `--${each.long}`);
  return fill(BASH, {
    values: values.join("\n"),
    files: [...new Set(files)].join("|"),
    first: shellWord([...NAMES, "help", ...METHODS].join(" ")),
    names: shellWord(ALL_NAMES.join(" ")),
    cases: cases.join("\n"),
  });
}

/** Completions for zsh: a file `_roundtrip` on `$fpath`. */
export function completeZsh(): string {
  const cases = REQUEST_LAST.map((each) => {
    const label = each.name === "request" ? "*" : each.name;
    const rest = { files: "'*:file:_files'", folders: "'*:folder:_files -/'", nothing: "'*: :'" };
    const options = visible(each).flatMap(zshSpecs).map((line) => `        ${line} \\\n`);
    const head = `      ${label})\n      _arguments -s -S \\\n`;
    return `${head}${options.join("")}        ${rest[each.completes]} ;;`;
  });
  const named = [...NAMED.map((each) => [each.name, each.summary]), ["help", "help"]];
  return fill(ZSH, {
    commands: named.map(([name, text]) => `      ${shellWord(`${name}:${text}`)}`).join("\n"),
    names: ALL_NAMES.join(" "),
    cases: cases.join("\n"),
  });
}

/** Completions for fish: `roundtrip --generate complete-fish | source`. */
export function completeFish(): string {
  const names = [...NAMES, "help"].join(" ");
  const lines = ["# fish completions of roundtrip", "complete -c roundtrip -f"];
  const first = "__fish_use_subcommand";
  for (const each of NAMED) {
    lines.push(`complete -c roundtrip -n ${first} -a ${each.name} -d ${shellWord(each.summary)}`);
  }
  lines.push(`complete -c roundtrip -n ${first} -a help -d 'everything about a subcommand'`);
  const all = shellWord(ALL_NAMES.join(" "));
  lines.push(`complete -c roundtrip -n '__fish_seen_subcommand_from help' -a ${all}`);
  for (const option of GLOBAL_OPTIONS) lines.push(fishLine(first, option));
  for (const spec of COMMANDS) {
    const seen = shellWord(
      spec.name === "request"
        ? `not __fish_seen_subcommand_from ${names}`
        : `__fish_seen_subcommand_from ${spec.name}`,
    );
    for (const option of visible(spec)) lines.push(fishLine(seen, option));
    const rest = { files: "-F", folders: "-a '(__fish_complete_directories)'", nothing: "" };
    if (rest[spec.completes] !== "") {
      lines.push(`complete -c roundtrip -n ${seen} ${rest[spec.completes]}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

/** Completions for elvish: `eval (roundtrip --generate complete-elvish | slurp)`. */
export function completeElvish(): string {
  const choices = choicesByOption().map(([option, values]) => `&${option}=${elvishList(values)}`);
  const options = COMMANDS.map((each) => `&${each.name}=${elvishList(optionWords(each))}`);
  return fill(ELVISH, {
    choices: choices.join(" "),
    options: options.join(" "),
    names: elvishList(NAMES),
  });
}

function elvishList(words: readonly string[]): string {
  return `[${words.map((each) => `'${each.replaceAll("'", "''")}'`).join(" ")}]`;
}

function fishLine(condition: string, option: OptionSpec): string {
  const parts = ["complete -c roundtrip -n", condition, "-l", option.long];
  if (option.short !== undefined) parts.push("-s", option.short);
  if (option.value !== undefined && !option.valueOptional) {
    parts.push(takesFile(option) ? "-r" : "-x"); // -x forbids files
  }
  if (option.choices !== undefined) parts.push("-a", shellWord(option.choices.join(" ")));
  else if (takesFile(option)) parts.push("-F");
  return [...parts, "-d", shellWord(option.help)].join(" ");
}

function zshSpecs(option: OptionSpec): string[] {
  const text = option.help.replaceAll(/[[\]:\\]/g, "\\$&");
  const value = option.value === undefined
    ? ""
    : option.choices !== undefined
    ? `:${option.value}:(${option.choices.join(" ")})`
    : `:${option.value.replaceAll(":", " ")}:${takesFile(option) ? "_files" : " "}`;
  const star = option.repeat ? "*" : "";
  const names = [`--${option.long}${option.valueOptional ? "=-" : ""}`];
  if (option.short !== undefined) names.push(`-${option.short}`);
  return names.map((name) => shellWord(`${star}${name}[${text}]${value}`));
}

function optionWords(spec: CommandSpec): string[] {
  return visible(spec).flatMap((each) =>
    each.short === undefined ? [`--${each.long}`] : [`--${each.long}`, `-${each.short}`]
  );
}

function takesFile(option: OptionSpec): boolean {
  return option.value === "FILE" || option.value === "PATH" || option.value === "SUBDIR";
}

function everyOption(): OptionSpec[] {
  return [...GLOBAL_OPTIONS, ...COMMANDS.flatMap(visible)];
}

/** Options with choices; those of subcommands that share a name are merged. */
function choicesByOption(): [string, string[]][] {
  const all = new Map<string, Set<string>>();
  for (const { long, choices = [] } of everyOption()) {
    if (choices.length > 0) all.set(long, new Set([...all.get(long) ?? [], ...choices]));
  }
  return [...all].map(([long, values]) => [`--${long}`, [...values]]);
}

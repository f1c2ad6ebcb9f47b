// Completions for bash, zsh, fish and elvish, made from the specifications.
import { shellWord } from "../io/shell_word.ts";
import type { CommandSpec, OptionSpec } from "../specs/command_spec.ts";
import { COMMANDS, GLOBAL_OPTIONS } from "../specs/mod.ts";
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
  const first = shellWord([...NAMES, "help", ...METHODS].join(" "));
  const files = new Set(everyOption().filter(takesFile).map((each) => `--${each.long}`));
  return `# bash completions of roundtrip
_roundtrip() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" words kind
  COMPREPLY=()
  case "$prev" in
${values.join("\n")}
    ${[...files].join("|")}) COMPREPLY=($(compgen -f -- "$cur")); return ;;
  esac
  if [[ $COMP_CWORD -eq 1 && $cur != -* ]]; then
    COMPREPLY=($(compgen -W ${first} -- "$cur"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
    help) COMPREPLY=($(compgen -W ${shellWord(ALL_NAMES.join(" "))} -- "$cur")); return ;;
${cases.join("\n")}
  esac
  if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W "$words" -- "$cur"))
  elif [[ $kind == files ]]; then COMPREPLY=($(compgen -f -- "$cur"))
  elif [[ $kind == folders ]]; then COMPREPLY=($(compgen -d -- "$cur"))
  fi
}
complete -o filenames -F _roundtrip roundtrip
`;
}

/** Completions for zsh: a file `_roundtrip` on `$fpath`. */
export function completeZsh(): string {
  const describe = (spec: CommandSpec): string =>
    visible(spec).flatMap((each) => zshSpecs(each)).map((line) => `        ${line} \\`).join("\n");
  const cases = REQUEST_LAST.map((each) => {
    const label = each.name === "request" ? "*" : each.name;
    const rest = { files: "'*:file:_files'", folders: "'*:folder:_files -/'", nothing: "'*: :'" };
    const head = `      ${label})\n      _arguments -s -S \\`;
    return `${head}\n${describe(each)}\n        ${rest[each.completes]} ;;`;
  });
  const named = [...NAMED.map((each) => [each.name, each.summary]), ["help", "help"]];
  return `#compdef roundtrip
# zsh completions of roundtrip
_roundtrip() {
  local -a commands
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
    commands=(
${named.map(([name, text]) => `      ${shellWord(`${name}:${text}`)}`).join("\n")}
    )
    _describe 'subcommand' commands
    return
  fi
  local command=$words[2]
  (( CURRENT > 2 )) && shift words && (( CURRENT-- ))
  case $command in
      help) _values 'subcommand' ${ALL_NAMES.join(" ")} ;;
${cases.join("\n")}
  esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _roundtrip "$@"; else compdef _roundtrip roundtrip; fi
`;
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
  const options = COMMANDS.map((each) => `&${each.name}=${elvishList(optionWords(each))}`);
  const choices = choicesByOption().map(([option, values]) => `&${option}=${elvishList(values)}`);
  // The editor filters them by the typed prefix.
  return `# elvish completions of roundtrip
fn roundtrip-words {|@words|
  var choices = [${choices.join(" ")}]
  var options = [${options.join(" ")}]
  var names = ${elvishList(NAMES)}
  if (has-key $choices $words[-2]) {
    all $choices[$words[-2]]
    return
  }
  if (== (count $words) 2) {
    all $names
    put help
  }
  if (eq $words[1] help) {
    all $names
    put request
    return
  }
  var own = request
  if (has-value $names $words[1]) { set own = $words[1] }
  all $options[$own]
}
set edit:completion:arg-completer[roundtrip] = {|@words|
  roundtrip-words $@words
  edit:complete-filename $@words
}
`;
}

function elvishList(words: readonly string[]): string {
  return `[${words.map((each) => `'${each.replaceAll("'", "''")}'`).join(" ")}]`;
}

function fishLine(condition: string, option: OptionSpec): string {
  const parts = ["complete -c roundtrip -n", condition, "-l", option.long];
  if (option.short !== undefined) parts.push("-s", option.short);
  if (option.value !== undefined && !option.valueOptional) parts.push("-x");
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

/** The options of a subcommand as words to type. */
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

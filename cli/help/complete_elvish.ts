/**
 * Completions for elvish, made from the specifications.
 * @module
 */
import { choicesByOption, optionWords } from "./completions.ts";
import { COMMANDS } from "../specs/mod.ts";

/** Completions for elvish: `eval (roundtrip --generate complete-elvish | slurp)`. */
export function completeElvish(): string {
  const names = COMMANDS.map(({ name }) => name).filter((name) => name !== "request");
  const options = COMMANDS.map((each) => `&${each.name}=${list(optionWords(each))}`);
  const choices = choicesByOption().map(([option, values]) => `&${option}=${list(values)}`);
  // The editor filters them by the typed prefix.
  return `# elvish completions of roundtrip
fn roundtrip-words {|@words|
  var choices = [${choices.join(" ")}]
  var options = [${options.join(" ")}]
  var names = ${list(names)}
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

function list(words: readonly string[]): string {
  return `[${words.map((each) => `'${each.replaceAll("'", "''")}'`).join(" ")}]`;
}

import type { CommandSpec, OptionSpec } from "../specs/command_spec.ts";
import { variableOf } from "../args/environment_options.ts";
import { COMMANDS, GLOBAL_OPTIONS } from "../specs/mod.ts";
import { manualOf } from "./manual.ts";

const WIDTH = 79;

/** The overview, printed by `roundtrip` alone. */
export function overview(): string {
  const names = COMMANDS.map((each) => each.name === "request" ? each.usage : each.name);
  const width = Math.max(...names.map((each) => each.length));
  return [
    "roundtrip: HTTP and WebSocket from the command line, both sides of it",
    "",
    "usage:",
    ...COMMANDS.map((each, index) => `  roundtrip ${names[index]?.padEnd(width)}  ${each.summary}`),
    `  roundtrip ${"help SUBCOMMAND".padEnd(width)}  everything about one of them`,
    "",
    "examples:",
    ...manualOf("overview").examples.map(([command, meaning]) =>
      `  ${command.padEnd(43)}  ${meaning}`
    ),
    "",
    "options:",
    ...optionLines(GLOBAL_OPTIONS),
    "",
  ].join("\n");
}

export function usageLine(spec: CommandSpec): string {
  return `usage: roundtrip ${spec.usage}`;
}

/** The short help of a subcommand, which fits on a screen. */
export function shortHelp(spec: CommandSpec): string {
  const options = visible(spec).filter((each) => !each.more);
  const lines = [usageLine(spec), ""];
  if (spec.name === "request") lines.push(...ITEMS, "");
  lines.push("options:", ...optionLines(options), "");
  lines.push(`All options: roundtrip help ${spec.name}`, "");
  return lines.join("\n");
}

const ITEMS = [
  "items: NAME:VALUE header  NAME==VALUE query  NAME=VALUE string  NAME:=JSON value",
  "       NAME@PATH file     @PATH body         =@ :=@ ==@ :@ value from a file",
];

export function longHelp(spec: CommandSpec): string {
  const { description, examples } = manualOf(spec.name);
  const lines = [usageLine(spec), ""];
  for (const paragraph of description) lines.push(...wrap(paragraph, WIDTH), "");
  lines.push("options:", ...optionLines(visible(spec)), "");
  if (spec.environment) lines.push(...wrap(environmentText(spec), WIDTH), "");
  lines.push("examples:");
  for (const [command, meaning] of examples) lines.push(`  ${command}`, `      ${meaning}`);
  lines.push("", "exit codes:");
  for (const [code, meaning] of exitCodesOf(spec)) {
    lines.push(`${`${code}`.padStart(5)}  ${meaning}`);
  }
  lines.push("");
  return lines.join("\n");
}

/** The exit codes of a subcommand, common ones included. */
export function exitCodesOf(spec: CommandSpec): readonly (readonly [number, string])[] {
  const codes: (readonly [number, string])[] = [
    [0, "success"],
    [1, "error"],
    ...manualOf(spec.name).exitCodes,
  ];
  if (spec.usageCode === undefined) codes.push([64, "wrong command line"]);
  return codes.sort(([one], [other]) => one - other);
}

export function environmentText(spec: CommandSpec): string {
  const [first] = spec.options;
  const name = first === undefined ? "" : variableOf(spec, first);
  return `Options may come from the environment: ${name} for --${first?.long}, 1 or 0 for a ` +
    `switch, lines for an option that repeats. The command line goes first.`;
}

function optionSyntax(option: OptionSpec): string {
  const short = option.short === undefined ? "    " : `-${option.short}, `;
  if (option.value === undefined) return `${short}--${option.long}`;
  return option.valueOptional
    ? `${short}--${option.long}[=${option.value}]`
    : `${short}--${option.long} ${option.value}`;
}

function optionLines(options: readonly OptionSpec[]): string[] {
  const column = Math.min(30, Math.max(...options.map((each) => optionSyntax(each).length)));
  return options.flatMap((each) => {
    const syntax = optionSyntax(each);
    const [first = "", ...more] = wrap(each.help, WIDTH - column - 4);
    const head = syntax.length > column
      ? [`  ${syntax}`, `  ${"".padEnd(column)}  ${first}`]
      : [`  ${syntax.padEnd(column)}  ${first}`];
    return [...head, ...more.map((line) => `  ${"".padEnd(column)}  ${line}`)];
  });
}

/** The options that help and completions show. */
export function visible(spec: CommandSpec): OptionSpec[] {
  return spec.options.filter((each) => !each.hidden);
}

/** Breaks a text into lines; a longer word is a line of its own. */
function wrap(text: string, width: number): string[] {
  const line = new RegExp(`(.{1,${width}}|\\S+)(?: |$)`, "g");
  return Array.from(text.matchAll(line), ([, found = ""]) => found);
}

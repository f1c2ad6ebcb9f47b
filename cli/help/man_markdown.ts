import type { CommandSpec, OptionSpec } from "../specs/command_spec.ts";
import { environmentText, exitCodesOf, visible } from "./help.ts";
import { manualOf } from "./manual.ts";
import { COMMANDS, GLOBAL_OPTIONS } from "../specs/mod.ts";

/** Writes the manual in Markdown, for a wiki or a web page. */
export function manMarkdown(version: string): string {
  const blocks = [
    `# roundtrip ${version}`,
    "HTTP and WebSocket from the command line, both sides of it.",
    block(COMMANDS.map((each) => `roundtrip ${each.usage}`)),
    table("option", GLOBAL_OPTIONS.map(row)),
    ...COMMANDS.flatMap(section),
  ];
  return `${blocks.join("\n\n")}\n`;
}

function section(spec: CommandSpec): string[] {
  const { description, examples } = manualOf(spec.name);
  return [
    `## ${spec.name}`,
    block([`roundtrip ${spec.usage}`]),
    ...description.map(prose),
    table("option", visible(spec).map(row)),
    ...(spec.environment ? [prose(environmentText(spec))] : []),
    table("example", examples.map(([command, meaning]) => [code(command), meaning])),
    table("exit code", exitCodesOf(spec).map(([number, text]) => [`${number}`, text])),
  ];
}

function row(option: OptionSpec): [string, string] {
  const names = option.short === undefined ? "" : `-${option.short}, `;
  const value = option.value === undefined ? "" : ` ${option.value}`;
  return [code(`${names}--${option.long}${value}`), option.help];
}

function table(head: string, rows: readonly (readonly [string, string])[]): string {
  const lines = rows.map(([first, second]) => `| ${cell(first)} | ${cell(prose(second))} |`);
  return [`| ${head} | meaning |`, "| --- | --- |", ...lines].join("\n");
}

/** Escapes bars: they would begin the next cell, even in code. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function code(text: string): string {
  return text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``;
}

function block(lines: readonly string[]): string {
  return ["```console", ...lines, "```"].join("\n");
}

function prose(text: string): string {
  return text.replaceAll(/[\\`*_<>[\]]/g, "\\$&");
}

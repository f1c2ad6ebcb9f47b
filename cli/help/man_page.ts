import type { CommandSpec, OptionSpec } from "../specs/command_spec.ts";
import ENVIRONMENT from "./environment.man" with { type: "text" };
import { environmentText, exitCodesOf, visible } from "./help.ts";
import { manualOf } from "./manual.ts";
import { COMMANDS, GLOBAL_OPTIONS } from "../specs/mod.ts";

export function manPage(version: string): string {
  const lines = [
    `.TH ROUNDTRIP 1 "" "roundtrip ${roff(version)}" "User Commands"`,
    ".SH NAME",
    "roundtrip \\- HTTP and WebSocket from the command line, both sides of it",
    ".SH SYNOPSIS",
    ...COMMANDS.flatMap((each) => [".br", `\\fBroundtrip\\fR ${roff(each.usage)}`]),
    ".SH OPTIONS",
    ...GLOBAL_OPTIONS.flatMap(option),
    ...COMMANDS.flatMap(section),
    ENVIRONMENT,
  ];
  return lines.join("\n");
}

function section(spec: CommandSpec): string[] {
  const { description, examples } = manualOf(spec.name);
  return [
    `.SH ${spec.name.toUpperCase()}`,
    `\\fBroundtrip\\fR ${roff(spec.usage)}`,
    ...description.flatMap((each) => [".PP", roff(each)]),
    ...visible(spec).flatMap(option),
    ...(spec.environment ? [".PP", roff(environmentText(spec))] : []),
    ".PP",
    "Examples:",
    ...examples.flatMap(([command, meaning]) => [
      ".TP",
      `\\fB${roff(command)}\\fR`,
      roff(meaning),
    ]),
    ".PP",
    `Exit codes: ${exitCodesOf(spec).map(([code, text]) => `${code} ${text}`).join("; ")}.`,
  ];
}

function option(each: OptionSpec): string[] {
  const names = [`\\fB\\-\\-${roff(each.long)}\\fR`];
  if (each.short !== undefined) names.unshift(`\\fB\\-${each.short}\\fR`);
  const value = each.value === undefined ? "" : ` \\fI${roff(each.value)}\\fR`;
  return [".TP", `${names.join(", ")}${value}`, roff(each.help)];
}

/** Escapes a dot or quote at the start of a line, which would be a roff command. */
function roff(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replace(/^[.']/, "\\&$&");
}

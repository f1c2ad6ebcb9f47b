// Options from environment variables, for containers and services.
import type { CommandSpec, OptionSpec } from "../specs/command_spec.ts";
import type { ParsedArgs } from "./parse_args.ts";
import { UsageError } from "../errors/errors.ts";

/** `ROUNDTRIP_FILES_MAX_SIZE`: with the subcommand, so that no request sends a server password. */
export function variableOf(spec: CommandSpec, option: OptionSpec): string {
  return `ROUNDTRIP_${spec.name}_${option.long}`.toUpperCase().replaceAll("-", "_");
}

/** Adds options from the environment that the command line neither sets nor negates. */
export function addEnvironment(spec: CommandSpec, parsed: ParsedArgs): void {
  if (!spec.environment) return;
  if (Deno.permissions.querySync({ name: "env" }).state !== "granted") return;
  for (const option of spec.options) {
    if (option.hidden || option.long === "help" || parsed.isDecided(option.long)) continue;
    const name = variableOf(spec, option);
    const text = Deno.env.get(name);
    if (text === undefined || text === "") continue;
    if (option.choices !== undefined && !option.choices.includes(text)) {
      throw new UsageError(`${name}: "${text}" is not one of ${option.choices.join(", ")}`);
    }
    for (const value of option.repeat ? text.split("\n") : [text]) {
      const isSwitch = option.value === undefined || (option.valueOptional && isTrue(value));
      if (!isSwitch) {
        if (!option.valueOptional || !isFalse(value)) parsed.set(option, value);
      } else if (isTrue(value)) parsed.set(option, "");
      else if (!isFalse(value)) throw new UsageError(`${name}: "${value}" is neither 1 nor 0`);
    }
  }
}

function isTrue(text: string | undefined): boolean {
  return /^(?:1|true|yes|on)$/i.test(text ?? "");
}

function isFalse(text: string): boolean {
  return /^(?:0|false|no|off)$/i.test(text);
}

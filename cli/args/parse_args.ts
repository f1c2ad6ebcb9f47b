import type { CommandSpec, OptionName, OptionSpec } from "../specs/command_spec.ts";
import type { AnyOption } from "../specs/mod.ts";
import { meant } from "./suggest.ts";
import { badArgument, UsageError } from "../errors/errors.ts";

/** Parsed arguments; `Name` is a union of the long names that exist. */
export class ParsedArgs<Name extends string = AnyOption> {
  readonly #values = new Map<string, string[]>();
  readonly #undone = new Set<string>();
  readonly positionals: string[] = [];
  /** Words passed on to the application. */
  readonly rest: string[] = [];

  has(long: Name): boolean {
    return this.#values.has(long);
  }

  count(long: Name): number {
    return this.#values.get(long)?.length ?? 0;
  }

  value(long: Name): string | undefined {
    return this.#values.get(long)?.at(-1);
  }

  all(long: Name): readonly string[] {
    return this.#values.get(long) ?? [];
  }

  /** The value of an option as a number within a range, `undefined` if it was not given. */
  number(
    long: Name,
    { min = 0, max = Number.MAX_SAFE_INTEGER, fraction = false }: {
      min?: number;
      max?: number;
      fraction?: boolean;
    } = {},
  ): number | undefined {
    const text = this.value(long);
    if (text === undefined) return undefined;
    const number = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : NaN;
    if (number >= min && number <= max && (fraction || Number.isInteger(number))) return number;
    const most = max === Number.MAX_SAFE_INTEGER ? "" : ` to ${max}`;
    const kind = fraction ? "number" : "whole number";
    throw badArgument(long, `"${text}" is not a ${kind} from ${min}${most}`);
  }

  /** The value of an option in seconds, at most `max`, as ms. */
  ms(long: Name, max = 86_400): number | undefined {
    const seconds = this.number(long, { max, fraction: true });
    return seconds === undefined ? undefined : seconds * 1000;
  }

  set(spec: OptionSpec, value: string): void {
    const values = this.#values.get(spec.long);
    if (values === undefined) this.#values.set(spec.long, [value]);
    else values.push(value);
  }

  /** Removes an option that a later one replaces, or, `isUndone`, `--no-OPTION` takes back. */
  unset(long: string, isUndone = true): void {
    this.#values.delete(long);
    if (isUndone) this.#undone.add(long);
  }

  /** Whether an option was given or negated. */
  isDecided(long: string): boolean {
    return this.#values.has(long) || this.#undone.has(long);
  }
}

/** Options may be anywhere before `--`; `--no-OPTION` cancels an earlier one, as from an alias. */
export function parseArgs<Spec extends CommandSpec>(
  spec: Spec,
  args: readonly string[],
): ParsedArgs<OptionName<Spec>> {
  const parsed = new ParsedArgs();
  const options: readonly OptionSpec[] = [...spec.options, ...spec.refused ?? []];
  const byLong = new Map(options.map((each) => [each.long, each]));
  const byShort = new Map(
    options.flatMap((each) => each.short === undefined ? [] : [[each.short, each] as const]),
  );
  const most = spec.positionals ?? Infinity;
  const full = (): boolean => parsed.positionals.length >= most;
  const words = [...args];

  const forget = (option: OptionSpec): void => {
    // The last of conflicting options wins, so the command line overrides the configuration file.
    for (const each of option.against ?? []) if (each !== option.long) parsed.unset(each, false);
    // The last of --check-status and --no-check-status wins.
    const name = option.alias?.[0] ?? option.long;
    parsed.unset(name.startsWith("no-") ? name.slice(3) : `no-${name}`);
  };

  const take = (option: OptionSpec, shown: string, attached: string | undefined): void => {
    if (option.refused !== undefined) throw new UsageError(`argument ${shown}: ${option.refused}`);
    const [name, fixed] = option.alias ?? [];
    const target = name === undefined ? option : byLong.get(name) ?? option;
    forget(target);
    if (option.value === undefined) {
      if (attached !== undefined) {
        throw new UsageError(`argument ${shown}: takes no value, got "${attached}"`);
      }
      return parsed.set(target, fixed ?? "");
    }
    let value = attached;
    if (value === undefined && option.valueOptional) {
      value = full() && words[0] !== undefined && !words[0].startsWith("-") ? words.shift() : "";
    }
    value ??= words.shift();
    if (value === undefined) {
      throw new UsageError(`argument ${shown}: expected one argument, ${shown} ${option.value}`);
    }
    if (option.choices !== undefined && !option.choices.includes(value)) {
      throw new UsageError(
        `argument ${shown}: "${value}" is not one of ${option.choices.join(", ")}` +
          (option.elsewhere === undefined ? "" : `; ${option.elsewhere}`),
      );
    }
    parsed.set(target, value);
  };
  const long = (word: string): boolean => {
    const equals = word.indexOf("=");
    const name = word.slice(2, equals === -1 ? undefined : equals);
    const option = byLong.get(name);
    if (option !== undefined) {
      take(option, `--${name}`, equals === -1 ? undefined : word.slice(equals + 1));
      return true;
    }
    const negated = name.startsWith("no-") ? byLong.get(name.slice(3)) : undefined;
    if (negated === undefined || equals !== -1) return false;
    parsed.unset(negated.alias?.[0] ?? negated.long);
    return true;
  };

  const short = (word: string): boolean => {
    const letters = [...word.slice(1)];
    for (const [index, letter] of letters.entries()) {
      const option = byShort.get(letter);
      if (option?.value !== undefined) break;
      if (option !== undefined) continue;
      // A word to pass on may begin with a known letter.
      if (index === 0 || (full() && spec.passOn)) return false;
      throw unknown(spec, `-${letter}`, word);
    }
    for (const [index, letter] of letters.entries()) {
      const option = byShort.get(letter);
      const isSwitch = option?.value === undefined;
      const attached = isSwitch ? "" : letters.slice(index + 1).join("").replace(/^=/, "");
      if (option !== undefined) take(option, `-${letter}`, attached === "" ? undefined : attached);
      if (!isSwitch) break;
    }
    return true;
  };

  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === "--") {
      for (const each of words.splice(0)) (full() ? parsed.rest : parsed.positionals).push(each);
    } else if (word.length > 1 && word.startsWith("-")) {
      if (word.startsWith("--") ? long(word) : short(word)) continue;
      if (!full() || !spec.passOn) throw unknown(spec, word.split("=", 1)[0] ?? word);
      parsed.rest.push(word);
    } else if (full()) parsed.rest.push(word);
    else parsed.positionals.push(word);
  }
  if (parsed.rest.length > 0 && !spec.passOn) {
    const shown = parsed.rest.map((each) => each === "" ? "''" : each).join(" ");
    throw new UsageError(`unrecognized arguments: ${shown}`);
  }
  return parsed;
}

function unknown(spec: CommandSpec, option: string, word = option): UsageError {
  const names = spec.options.filter((each) => !each.hidden).map((each) => `--${each.long}`);
  const where = word === option ? "" : ` in ${word}`;
  const help = spec.name === "request" ? "roundtrip --help" : `roundtrip ${spec.name} --help`;
  const advice = meant(option, option.startsWith("--") ? names : [], `${help} lists all options`);
  return new UsageError(`unknown option ${option}${where}; ${advice}`);
}

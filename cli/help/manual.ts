import MANUAL from "../specs/manual.txt" with { type: "text" };

/** What the manual says of a subcommand besides its options. */
export interface ManualText {
  /** Paragraphs. */
  readonly description: readonly string[];
  /** Command lines, including the program's name, and their meaning. */
  readonly examples: readonly (readonly [command: string, meaning: string])[];
  readonly exitCodes: readonly (readonly [code: number, meaning: string])[];
}

/**
 * Reads the section of a subcommand: paragraphs, `$ COMMAND` with its meaning below, and exit codes
 * besides the common ones.
 */
export function manualOf(name: string): ManualText {
  const section = MANUAL.split(/^# /m).find((each) => each.startsWith(`${name}\n`)) ?? "";
  const blocks = section.trim().split("\n\n").slice(1);
  return {
    description: blocks.filter((each) => !/^(?:\$|exit) /.test(each))
      .map((each) => each.replaceAll("\n", " ")),
    examples: blocks.filter((each) => each.startsWith("$ ")).map((each) => {
      const [command = "", meaning = ""] = each.slice(2).split("\n");
      return [command, meaning];
    }),
    exitCodes: Array.from(
      section.matchAll(/^exit (\d+): (.*)$/gm),
      ([, code, meaning = ""]) => [Number(code), meaning],
    ),
  };
}

import MANUAL from "../specs/manual.txt" with { type: "text" };

/** A subcommand's section: paragraphs, `$ COMMAND` with its meaning below, its own exit codes. */
export function manualOf(name: string) {
  const section = MANUAL.split(/^# /m).find((each) => each.startsWith(`${name}\n`)) ?? "";
  const blocks = section.trim().split("\n\n").slice(1);
  return {
    description: blocks.filter((each) => !/^(?:\$|exit) /.test(each))
      .map((each) => each.replaceAll("\n", " ")),
    examples: blocks.filter((each) => each.startsWith("$ ")).map((each) => {
      const [command = "", meaning = ""] = each.slice(2).split("\n");
      return [command, meaning] as const;
    }),
    exitCodes: Array.from(
      section.matchAll(/^exit (\d+): (.*)$/gm),
      ([, code, meaning = ""]) => [Number(code), meaning] as const,
    ),
  };
}

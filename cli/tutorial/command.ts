import { AddressInUseError } from "../../server/mod.ts";
import { writeOut } from "../io/output.ts";
import type { ParsedArgs } from "../args/parse_args.ts";
import type { TutorialOption } from "../specs/tutorial.ts";
import { meant } from "../args/suggest.ts";
import { CommandError, UsageError } from "../errors/errors.ts";
import { type Chapter, CHAPTERS } from "./chapters.ts";

export async function run(parsed: ParsedArgs<TutorialOption>): Promise<number> {
  const [word] = parsed.positionals;
  if (word === undefined) {
    if (parsed.has("run")) throw new UsageError("--run needs the number of an example");
    const lines = CHAPTERS.map(({ number, name, title }) =>
      `${number}  ${name.padEnd(24)}  ${title}\n`
    );
    await writeOut(
      `${lines.join("")}\nroundtrip tutorial N prints one, --run runs it; ` +
        `begin with: roundtrip tutorial 1 --run 0\n`,
    );
    return 0;
  }
  const chapter = chapterOf(word);
  if (!parsed.has("run")) {
    if (parsed.rest.length > 0) {
      const words = parsed.rest.join(" ");
      throw new UsageError(`unrecognized arguments: ${words}; --run passes them on`);
    }
    await writeOut(await chapter.text());
    return 0;
  }
  // The example is a separate program and reads its arguments from Deno.args.
  Object.defineProperty(Deno, "args", { value: [...parsed.rest], configurable: true });
  try {
    await chapter.load();
  } catch (cause) {
    if (cause instanceof AddressInUseError) {
      const remedy = `roundtrip tutorial ${chapter.number} --run 8081`;
      throw new CommandError(`${cause.message}: ${remedy}`, { cause });
    }
    // "Invalid port (out of range): 99999"
    if (!(cause instanceof RangeError && /^Invalid port/.test(cause.message))) throw cause;
    throw new UsageError(`the example says: ${cause.message}`, { cause });
  }
  return Deno.exitCode;
}

function chapterOf(word: string): Chapter {
  const number = /^\d{1,9}$/.test(word) ? Number(word) : NaN;
  const found = CHAPTERS.find((each) => each.number === number || each.name === word);
  if (found !== undefined) return found;
  const list = CHAPTERS.map((each) => each.number).join(", ");
  const advice = meant(word, CHAPTERS.map((each) => each.name), `there are ${list}`);
  throw new UsageError(`no example "${word}"; ${advice}`);
}

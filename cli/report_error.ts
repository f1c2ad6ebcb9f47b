import { USAGE_CODE } from "./specs/command_spec.ts";
import { usageLine } from "./help/help.ts";
import {
  CommandError,
  messageOf,
  missingPermission,
  systemReason,
  UsageError,
} from "./errors/errors.ts";
import { OutputClosedError, writeErr } from "./io/output.ts";
import { suggest } from "./args/suggest.ts";
import { COMMANDS } from "./specs/mod.ts";
import { visibleText } from "./io/visible_text.ts";

/** Writes an error to standard error: what failed, the likely cause, what to do. */
export async function reportError(
  error: unknown,
  command: string,
  first = "",
): Promise<number> {
  const spec = COMMANDS.find((each) => each.name === command);
  const program = command === "request" ? "roundtrip" : `roundtrip ${command}`;
  const withMeant = (message: string): string => {
    const names = COMMANDS.map(({ name }) => name).filter((name) => name.length > 2);
    const isWord = command === "request" && /^[a-z]{4,}$/.test(first) && first !== "request";
    const near = isWord ? suggest(first, names.filter((name) => name !== "request")) : null;
    const end = /[.?!]$/.test(message) ? "" : ".";
    return near === null ? message : `${message}${end} Did you mean roundtrip ${near}?`;
  };
  // 128 and SIGPIPE's number; an example of the tutorial writes by console.log().
  if (error instanceof OutputClosedError || error instanceof Deno.errors.BrokenPipe) return 141;
  const report = async (text: string, code: number): Promise<number> => {
    await writeErr(visibleText(`${text}\n`));
    return code;
  };
  if (error instanceof UsageError) {
    const usage = spec === undefined ? "" : `${usageLine(spec)}\n`;
    const text = `${usage}${program}: error: ${withMeant(error.message)}`;
    return await report(text, spec?.usageCode ?? USAGE_CODE);
  }
  const missing = missingPermission(error);
  if (missing !== null) return await report(`${program}: error: ${missing}`, 1);
  if (error instanceof CommandError) {
    const isUnknown = error.cause instanceof Error && "failure" in error.cause &&
      /^(?:dns|name)$/.test(`${error.cause.failure}`);
    const text = isUnknown ? withMeant(error.message) : error.message;
    return await report(`${program}: error: ${text}`, error.exitCode);
  }
  const stack = error instanceof Error && systemReason(error) === null ? error.stack : undefined;
  return await report(`${program}: error: ${stack ?? messageOf(error)}`, 1);
}

import { badArgument, messageOf } from "../errors/errors.ts";
import { inHome } from "./config_folder.ts";

export function readText(option: string, path: string): string {
  try {
    return Deno.readTextFileSync(inHome(path));
  } catch (cause) {
    const why = messageOf(cause, "no such file");
    throw badArgument(option, `cannot read ${path}: ${why}`, { cause });
  }
}

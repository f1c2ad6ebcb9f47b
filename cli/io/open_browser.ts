import { variable } from "./config_folder.ts";
import { writeErr } from "./output.ts";
import { messageOf } from "../errors/errors.ts";

/** Opens an address with `BROWSER`, or else the system's default. A failure is only a warning. */
export async function openBrowser(url: string): Promise<void> {
  // A browser cannot connect to the unspecified address.
  const target = url.replace(/:\/\/(?:0\.0\.0\.0|\[::\])/, "://localhost");
  const [program = "", ...args] = opener();
  try {
    const child = new Deno.Command(program, {
      args: [...args, target],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    child.unref();
    child.status.catch(() => {});
  } catch (error) {
    await writeErr(`roundtrip: cannot open a browser with ${program}: ${messageOf(error)}\n`);
  }
}

function opener(): string[] {
  const own = variable("BROWSER");
  if (own) return [own];
  if (Deno.build.os === "darwin") return ["open"];
  if (Deno.build.os === "windows") return ["cmd", "/c", "start", ""];
  return ["xdg-open"];
}

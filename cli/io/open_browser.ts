/**
 * Opening the user's browser.
 * @module
 */
import { writeErr } from "./output.ts";

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
    const why = error instanceof Error ? error.message : String(error);
    await writeErr(`roundtrip: cannot open a browser with ${program}: ${why}\n`);
  }
}

function opener(): string[] {
  const own = Deno.permissions.querySync({ name: "env", variable: "BROWSER" }).state === "granted"
    ? Deno.env.get("BROWSER")
    : undefined;
  if (own) return [own];
  if (Deno.build.os === "darwin") return ["open"];
  if (Deno.build.os === "windows") return ["cmd", "/c", "start", ""];
  return ["xdg-open"];
}

/**
 * Finds Python for the interoperability tests.
 * @module
 */
import { ROOT } from "../_process.ts";

/**
 * Looks for a Python with some modules: `PYTHON`, else `.venv` in the project, else python3.
 *
 * @param modules Names of required modules.
 * @returns Its command, or `null` after printing the reason.
 */
export async function pythonWith(...modules: readonly string[]): Promise<string | null> {
  const venv = new URL(".venv/bin/python", ROOT).pathname;
  for (const python of [Deno.env.get("PYTHON"), venv, "python3"]) {
    if (python === undefined) continue;
    try {
      const args = ["-c", modules.map((name) => `import ${name}`).join("\n")];
      const options = { args, stdout: "null", stderr: "null" } as const;
      if ((await new Deno.Command(python, options).output()).success) return python;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  console.log(
    `skipped: no Python with ${modules.join(", ")}. To run these tests: python3 -m venv .venv && ` +
      ".venv/bin/pip install --retries 0 aiohttp uvloop cryptography",
  );
  return null;
}

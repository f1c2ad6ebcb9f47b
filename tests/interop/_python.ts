/**
 * The Python that tests talk to.
 * @module
 */

/**
 * Finds a Python that has the given modules: the environment's `PYTHON`, else `.venv/bin/python`,
 * else `python3`. Says why where there is none, so that a test can be ignored by it.
 */
export async function pythonWith(...modules: string[]): Promise<string | null> {
  const root = new URL("../../", import.meta.url);
  const chosen = Deno.env.get("PYTHON");
  const candidates = chosen === undefined
    ? [new URL(".venv/bin/python", root).pathname, "python3"]
    : [chosen];
  const script = modules.map((name) => `import ${name}`).join("\n");
  for (const python of candidates) {
    try {
      const command = new Deno.Command(python, {
        args: ["-c", script],
        stdout: "null",
        stderr: "null",
      });
      if ((await command.output()).success) return python;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  console.log(
    `ignored: no Python with ${modules.join(", ")}; set PYTHON, or make .venv and install them`,
  );
  return null;
}

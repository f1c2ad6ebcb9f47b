/**
 * Finds a Python with aiohttp, for the tests against it.
 * @module
 */

const HINT =
  "python3 -m venv .venv && .venv/bin/pip install --retries 0 aiohttp uvloop cryptography";

/** A Python with aiohttp; `null` where there is none, after a line that says why. */
export const python: string | null = find();

function find(): string | null {
  const local = new URL("../../.venv/bin/python", import.meta.url).pathname;
  const command = Deno.env.get("PYTHON") || (exists(local) ? local : "python3");
  const reason = problemOf(command);
  if (reason === null) return command;
  console.warn(`Interop tests are ignored: ${command}: ${reason}. To run them: ${HINT}`);
  return null;
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Why a Python cannot be used, `null` if it can. */
function problemOf(command: string): string | null {
  try {
    const { success, stderr } = new Deno.Command(command, {
      args: ["-c", "import aiohttp"],
      stdout: "null",
      stderr: "piped",
    }).outputSync();
    return success ? null : new TextDecoder().decode(stderr).trim().split("\n").at(-1) ?? "failed";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A Python script that serves, and the URLs that it printed, one a line. */
export interface PythonServer extends AsyncDisposable {
  readonly urls: readonly string[];
}

/**
 * Starts a script of this folder and waits for the URLs that it serves.
 *
 * @param command The Python.
 * @param script Name of the script.
 * @param count How many lines it prints.
 */
export async function pythonServer(
  command: string,
  script: string,
  count: number,
): Promise<PythonServer> {
  const process = new Deno.Command(command, {
    args: [new URL(script, import.meta.url).pathname],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (text.split("\n").length <= count) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`${script} ended before it served`);
    text += value;
  }
  return {
    urls: text.trim().split("\n"),
    async [Symbol.asyncDispose]() {
      await process.stdin.close(); // the script ends with its input
      await reader.cancel();
      await process.status;
    },
  };
}

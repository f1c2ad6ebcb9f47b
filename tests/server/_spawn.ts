/**
 * Programs as users start them.
 * @module
 */

export interface Program extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly process: Deno.ChildProcess;
  /** Waits for the end: the exit code and everything that was printed. */
  end(): Promise<{ code: number; output: string }>;
}

/** Starts `_program.ts`, or another script, and waits until it listens. */
export async function start(
  options: Readonly<Record<string, unknown>> = {},
  settings: { openFiles?: number; flags?: readonly string[]; script?: string } = {},
): Promise<Program> {
  const { script = new URL("_program.ts", import.meta.url).pathname } = settings;
  const command = [
    Deno.execPath(),
    "run",
    "-A",
    "--no-check",
    ...settings.flags ?? [],
    script,
    JSON.stringify(options),
  ];
  const limited = settings.openFiles === undefined
    ? command
    : ["sh", "-c", `ulimit -n ${settings.openFiles}; exec "$@"`, "sh", ...command];
  const [program = "", ...args] = limited;
  const process = new Deno.Command(program, { args, stdout: "piped", stderr: "piped" }).spawn();
  let output = "";
  const listening = Promise.withResolvers<string>();
  const read = async (stream: ReadableStream<Uint8Array>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      output += text;
      const url = /Running on (\S+?),? .*=|Running on (\S+)/.exec(output);
      if (url !== null) listening.resolve(url[1] ?? url[2] ?? "");
    }
  };
  const reading = Promise.all([read(process.stdout), read(process.stderr)]);
  reading.then(() => listening.reject(new Error(`the program did not listen:\n${output}`)));
  const url = await listening.promise;
  const end = async () => {
    const { code } = await process.status;
    await reading;
    return { code, output };
  };
  return {
    url,
    port: Number(/:(\d+)$/.exec(url)?.[1]),
    process,
    end,
    async [Symbol.asyncDispose]() {
      try {
        process.kill("SIGKILL");
      } catch {
        // it has ended already
      }
      await end();
    },
  };
}

/**
 * A server in a process of its own, as hostile clients meet it, and what it costs.
 * @module
 */

/** A server that runs. */
export interface Target extends AsyncDisposable {
  readonly port: number;
  /** Its memory, in MiB. */
  rss(): number;
  /** Its open files. */
  files(): number;
  /** Connects to it. */
  connect(): Promise<Deno.TcpConn>;
}

/** Starts the application on an engine. */
export async function start(engine: string): Promise<Target> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL("./server.ts", import.meta.url).pathname, engine],
    stdout: "piped",
    stderr: "null",
    stdin: "null",
  }).spawn();
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { done, value } = await reader.read();
    if (done) throw new Error("the server did not start");
    text += value;
  }
  const port = Number(text);
  return {
    port,
    rss: () => {
      const status = Deno.readTextFileSync(`/proc/${process.pid}/status`);
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
    },
    files: () => [...Deno.readDirSync(`/proc/${process.pid}/fd`)].length,
    connect: () => Deno.connect({ hostname: "127.0.0.1", port }),
    async [Symbol.asyncDispose]() {
      process.kill("SIGKILL");
      await process.status;
      await reader.cancel().catch(() => {});
    },
  };
}

const encoder = new TextEncoder();

/** Writes a text; `false` if the peer has closed. */
export async function send(connection: Deno.Conn, data: string | Uint8Array): Promise<boolean> {
  let bytes = typeof data === "string" ? encoder.encode(data) : data;
  try {
    while (bytes.length > 0) bytes = bytes.subarray(await connection.write(bytes));
    return true;
  } catch {
    return false;
  }
}

/** Reads until the peer closes; what came, cut at 64 KiB. */
export async function rest(connection: Deno.Conn): Promise<string> {
  const buffer = new Uint8Array(64 * 1024);
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (;;) {
      const size = await connection.read(buffer);
      if (size === null) return text;
      if (text.length < 65_536) text += decoder.decode(buffer.subarray(0, size), { stream: true });
    }
  } catch {
    return text;
  }
}

/** The slowest of some small requests of a well-behaved client, 99 of 100, in ms. */
export async function p99(port: number, count = 100): Promise<number> {
  const times: number[] = [];
  for (let at = 0; at < count; at++) {
    const begun = performance.now();
    await (await fetch(`http://127.0.0.1:${port}/`)).text();
    times.push(performance.now() - begun);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(count * 0.99) - 1] ?? 0;
}

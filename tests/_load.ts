/**
 * A steady load over connections that are kept, by a client that never tries again.
 * @module
 */

/** Options of {@linkcode load}. */
export interface LoadOptions {
  readonly port: number;
  /** Number of requests. */
  readonly count: number;
  /** Requests a second. */
  readonly rate: number;
  /** @default {20} */
  readonly connections?: number;
  /** Method, path and body. @default {"GET / HTTP/1.1"} */
  readonly line?: string;
}

/** What came of the requests. */
export interface LoadResult {
  readonly answered: number;
  /** Requests without an answer, and answers other than 200. */
  readonly lost: readonly string[];
  /** Texts of the answers, and how often each came. */
  readonly bodies: ReadonlyMap<string, number>;
}

const decoder = new TextDecoder();

/** Sends requests at a rate, each on one of some connections. */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const { port, count, rate, connections = 20, line = "GET / HTTP/1.1" } = options;
  const request = new TextEncoder().encode(
    `${line}\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n`,
  );
  const lost: string[] = [];
  const bodies = new Map<string, number>();
  const start = performance.now();
  let [sent, answered] = [0, 0];
  const work = async (): Promise<void> => {
    let connection: Deno.TcpConn | null = null;
    while (sent < count) {
      const number = sent++;
      const wait = start + number * 1000 / rate - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      try {
        connection ??= await Deno.connect({ hostname: "127.0.0.1", port });
        await connection.write(request);
        const { head, body } = await answerOf(connection);
        if (!head.startsWith("HTTP/1.1 200")) throw new Error(head.split("\r\n")[0]);
        answered++;
        bodies.set(body, (bodies.get(body) ?? 0) + 1);
        if (/^connection: *close/im.test(head)) connection = close(connection);
      } catch (error) {
        const time = Math.round(performance.now() - start);
        lost.push(
          `request ${number} after ${time} ms: ${error instanceof Error ? error.message : error}`,
        );
        connection = close(connection);
      }
    }
    close(connection);
  };
  await Promise.all(Array.from({ length: connections }, work));
  return { answered, lost, bodies };
}

async function answerOf(connection: Deno.TcpConn): Promise<{ head: string; body: string }> {
  const buffer = new Uint8Array(16 * 1024);
  let text = "";
  for (;;) {
    const end = text.indexOf("\r\n\r\n");
    const [, length] = /^content-length: *(\d+)/im.exec(text) ?? [];
    if (end !== -1 && length === undefined) throw new Error(`no length: ${text}`);
    if (end !== -1 && text.length >= end + 4 + Number(length)) {
      return { head: text.slice(0, end), body: text.slice(end + 4) };
    }
    const read = await connection.read(buffer);
    if (read === null) throw new Error(`closed after ${text.length} bytes of an answer`);
    text += decoder.decode(buffer.subarray(0, read));
  }
}

function close(connection: Deno.TcpConn | null): null {
  connection?.close();
  return null;
}

/**
 * Connections that a test's server accepts.
 * @module
 */

/** Connections of a server, until disposal. */
export interface Connections extends AsyncDisposable {
  readonly port: number;
  /** How many are open now. */
  readonly open: number;
  /** The most that were open at once. */
  readonly mostOpen: number;
  /** How many were accepted. */
  readonly accepted: number;
}

/**
 * Accepts connections; each closes once what serves it has ended, also by an error, as a peer that
 * disconnects gives one.
 */
export function acceptOn(
  listener: Deno.TcpListener | Deno.TlsListener,
  serve: (connection: Deno.Conn) => Promise<void>,
): Connections {
  const open = new Set<Deno.Conn>();
  const tasks = new Set<Promise<void>>();
  let accepted = 0;
  let mostOpen = 0;
  const one = async (connection: Deno.Conn): Promise<void> => {
    await serve(connection).catch(() => {});
    open.delete(connection);
    close(connection);
  };
  const accepting = (async () => {
    for await (const connection of listener) {
      accepted++;
      mostOpen = Math.max(mostOpen, open.add(connection).size);
      const task = one(connection).finally(() => tasks.delete(task));
      tasks.add(task);
    }
  })().catch(() => {}); // a failed TLS handshake
  return {
    port: listener.addr.port,
    get open() {
      return open.size;
    },
    get mostOpen() {
      return mostOpen;
    },
    get accepted() {
      return accepted;
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      for (const connection of open) close(connection);
      await Promise.all(tasks);
    },
  };
}

/** Closes a connection that may be closed. */
export function close(connection: Disposable): void {
  try {
    connection[Symbol.dispose]();
  } catch {
    // It is.
  }
}

/** Writes a text or bytes. */
export async function writeAll(connection: Deno.Conn, data: string | Uint8Array): Promise<void> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

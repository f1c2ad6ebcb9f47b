/**
 * Small proxies that record their requests.
 * @module
 */

export interface TestProxy extends AsyncDisposable {
  readonly port: number;
  /** Target of each connection as text. */
  readonly asked: string[];
}

/**
 * A SOCKS5 proxy (RFC 1928), with an optional "user:password" (RFC 1929). Every host is 127.0.0.1.
 */
export function socksProxy(password: string | null = null): TestProxy {
  return proxy(async (connection, asked) => {
    const text = (data: Uint8Array) => new TextDecoder().decode(data);
    const [, count = 0] = await read(connection, 2);
    const methods = await read(connection, count);
    const method = password === null ? 0 : 2;
    if (!methods.includes(method)) {
      asked.push(`offers ${methods.join()}`);
      await connection.write(Uint8Array.of(5, 0xff));
      return null;
    }
    await connection.write(Uint8Array.of(5, method));
    if (password !== null) {
      const [, length = 0] = await read(connection, 2);
      const user = text(await read(connection, length));
      const given = `${user}:${text(await read(connection, (await read(connection, 1))[0] ?? 0))}`;
      await connection.write(Uint8Array.of(1, given === password ? 0 : 1));
      if (given !== password) {
        asked.push(`refused ${given}`);
        return null;
      }
    }
    const [, command, , kind] = await read(connection, 4);
    const host = kind === 1
      ? (await read(connection, 4)).join(".")
      : text(await read(connection, (await read(connection, 1))[0] ?? 0));
    const [high = 0, low = 0] = await read(connection, 2);
    const port = high * 256 + low;
    asked.push(`${command} ${kind === 1 ? "address" : "name"} ${host}`);
    const target = await Deno.connect({ hostname: "127.0.0.1", port });
    await connection.write(Uint8Array.of(5, 0, 0, 1, 127, 0, 0, 1, high, low));
    return target;
  });
}

/** An HTTP proxy that only supports CONNECT (RFC 9110 section 9.3.6); every host is 127.0.0.1. */
export function connectProxy(): TestProxy {
  return proxy(async (connection, asked) => {
    let head = "";
    while (!head.endsWith("\r\n\r\n")) head += String.fromCharCode(...await read(connection, 1));
    const [, host = "", port] = /^CONNECT (.*):(\d+) HTTP\/1\.1\r\n/.exec(head) ?? [];
    const given = /^proxy-authorization: basic (.*)\r$/im.exec(head)?.[1];
    asked.push(`CONNECT ${host} ${given === undefined ? "without credentials" : atob(given)}`);
    const target = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
    await connection.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\n\r\n"));
    return target;
  });
}

type Dial = (connection: Deno.Conn, asked: string[]) => Promise<Deno.Conn | null>;

function proxy(dial: Dial): TestProxy {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const asked: string[] = [];
  const open = new Set<Deno.Conn>();
  const close = (connection: Deno.Conn): void => {
    if (open.delete(connection)) connection.close();
  };
  async function serve(connection: Deno.Conn): Promise<void> {
    open.add(connection);
    const target = await dial(connection, asked).catch(() => null);
    if (target !== null) {
      open.add(target);
      await Promise.all([pump(connection, target), pump(target, connection)]);
      close(target);
    }
    close(connection);
  }
  const tasks: Promise<void>[] = [];
  const accepting = (async () => {
    for await (const connection of listener) tasks.push(serve(connection));
  })();
  return {
    port: listener.addr.port,
    asked,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      for (const connection of [...open]) close(connection);
      await Promise.all(tasks);
    },
  };
}

async function read(connection: Deno.Conn, length: number): Promise<Uint8Array> {
  const data = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const count = await connection.read(data.subarray(at));
    if (count === null) throw new Error("the peer closed");
    at += count;
  }
  return data;
}

/** Copies bytes until one side ends. */
async function pump(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(16 * 1024);
  try {
    for (;;) {
      const count = await from.read(buffer);
      if (count === null) break;
      for (let at = 0; at < count;) at += await to.write(buffer.subarray(at, count));
    }
    await to.closeWrite();
  } catch {
    // The other side was closed.
  }
}

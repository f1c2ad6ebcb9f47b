/**
 * Proxies that record their requests.
 * @module
 */

/** A proxy under test. */
export interface Proxy extends AsyncDisposable {
  readonly port: number;
  /** Requested target of each connection: a request line, or `SOCKS host:port`. */
  readonly asked: string[];
}

const encoder = new TextEncoder();

/**
 * Starts a proxy. Names `*.test` resolve to 127.0.0.1.
 *
 * @param kind Its protocol.
 * @param credentials Required `user:password`, `null` for none.
 */
export function startProxy(kind: "http" | "socks5", credentials: string | null = null): Proxy {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const asked: string[] = [];
  const open = new Set<Deno.Conn>();
  const tasks = new Set<Promise<void>>();
  const serving = (async () => {
    for await (const connection of listener) {
      open.add(connection);
      const serve = kind === "http" ? serveHttp : serveSocks;
      const task: Promise<void> = serve(connection, asked, credentials, open)
        .catch(() => {}) // one side has closed, which ends the other
        .finally(() => {
          close(connection);
          tasks.delete(task);
        });
      tasks.add(task);
    }
  })();
  return {
    port: listener.addr.port,
    asked,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const each of open) close(each);
      await serving;
      await Promise.all(tasks);
    },
  };
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It is already closed.
  }
}

async function connect(host: string, port: number, open: Set<Deno.Conn>): Promise<Deno.Conn> {
  const target = await Deno.connect({ hostname: /\.test$/.test(host) ? "127.0.0.1" : host, port });
  open.add(target);
  return target;
}

async function relay(a: Deno.Conn, b: Deno.Conn): Promise<void> {
  const one = async (from: Deno.Conn, to: Deno.Conn): Promise<void> => {
    try {
      await from.readable.pipeTo(to.writable);
    } catch {
      close(from);
      close(to);
    }
  };
  await Promise.all([one(a, b), one(b, a)]);
}

async function serveHttp(
  connection: Deno.Conn,
  asked: string[],
  credentials: string | null,
  open: Set<Deno.Conn>,
): Promise<void> {
  let head = "";
  const buffer = new Uint8Array(4096);
  while (!head.includes("\r\n\r\n")) {
    const count = await connection.read(buffer);
    if (count === null) return;
    head += String.fromCharCode(...buffer.subarray(0, count));
  }
  const [line = ""] = head.split("\r\n");
  asked.push(line);
  const auth = /^proxy-authorization: Basic (\S+)/im.exec(head)?.[1] ?? "";
  if (credentials !== null && atob(auth) !== credentials) {
    await connection.write(encoder.encode(
      "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    ));
    return;
  }
  const [method = "", target = ""] = line.split(" ");
  const url = new URL(method === "CONNECT" ? `http://${target}` : target);
  const server = await connect(url.hostname, Number(url.port || 80), open);
  if (method === "CONNECT") {
    await connection.write(encoder.encode("HTTP/1.1 200 Connection established\r\n\r\n"));
  } else {
    const rest = head.slice(line.length).replace(/\r\nproxy-[^\r]*/gi, "");
    const path = url.pathname + url.search;
    await server.write(
      Uint8Array.from(`${method} ${path} HTTP/1.1${rest}`, (each) => each.charCodeAt(0)),
    );
  }
  await relay(connection, server);
}

async function serveSocks(
  connection: Deno.Conn,
  asked: string[],
  credentials: string | null,
  open: Set<Deno.Conn>,
): Promise<void> {
  const read = async (count: number): Promise<Uint8Array> => {
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count;) {
      const more = await connection.read(bytes.subarray(at));
      if (more === null) throw new Error("closed");
      at += more;
    }
    return bytes;
  };
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  const [, methods = 0] = await read(2);
  const offered = await read(methods);
  const wanted = credentials === null ? 0 : 2;
  if (!offered.includes(wanted)) return void await connection.write(Uint8Array.of(5, 255));
  await connection.write(Uint8Array.of(5, wanted));
  if (credentials !== null) {
    const user = text(await read((await read(2))[1] ?? 0));
    const password = text(await read((await read(1))[0] ?? 0));
    const fine = `${user}:${password}` === credentials;
    await connection.write(Uint8Array.of(1, fine ? 0 : 1));
    if (!fine) return;
  }
  const kind = (await read(4))[3];
  const host = kind === 3
    ? text(await read((await read(1))[0] ?? 0))
    : kind === 1
    ? (await read(4)).join(".")
    : `[${(await read(16)).join(",")}]`;
  const [high = 0, low = 0] = await read(2);
  const port = high * 256 + low;
  asked.push(`SOCKS ${host}:${port}`);
  try {
    const server = await connect(host, port, open);
    await connection.write(Uint8Array.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0));
    await relay(connection, server);
  } catch {
    await connection.write(Uint8Array.of(5, 5, 0, 1, 0, 0, 0, 0, 0, 0));
  }
}

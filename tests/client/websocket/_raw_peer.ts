/**
 * A WebSocket server that a test controls frame by frame.
 * @module
 */
import { acceptOf } from "../../../http/websocket/handshake.ts";
import { FrameReader } from "../../../http/websocket/frame_reader.ts";
import { CERT, KEY } from "../../server/_tls.ts";

/** A client's connection. */
export interface RawPeer {
  /** Head of the handshake. */
  readonly request: string;
  /** The accepting response, with extra header lines. */
  accept(more?: string): string;
  write(data: string | Uint8Array): Promise<void>;
  /** The client's next frame, `null` at the end. */
  read(): Promise<{ readonly opcode: number; readonly payload: Uint8Array } | null>;
}

/** A server with its number of open connections. */
export interface RawServer extends AsyncDisposable {
  readonly url: string;
  readonly open: number;
}

/**
 * Starts a server; the connection ends when `talk` does.
 *
 * @param talk Handles a client.
 * @param secure Whether to use TLS.
 */
export function rawPeer(talk: (peer: RawPeer) => Promise<void>, secure = false): RawServer {
  const listener = secure
    ? Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert: CERT, key: KEY })
    : Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const open = new Set<Deno.Conn>();
  const tasks: Promise<void>[] = [];
  const serve = async (connection: Deno.Conn): Promise<void> => {
    open.add(connection);
    try {
      await talk(await peerOf(connection));
    } catch {
      // The client disconnected.
    }
    open.delete(connection);
    try {
      connection.close();
    } catch {
      // Closed by dispose().
    }
  };
  const accepting = (async () => {
    for await (const connection of listener) tasks.push(serve(connection));
  })().catch(() => {});
  return {
    url: `${secure ? "wss" : "ws"}://127.0.0.1:${port}/`,
    get open() {
      return open.size;
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      for (const each of open) each.close();
      await Promise.all(tasks);
    },
  };
}

async function peerOf(connection: Deno.Conn): Promise<RawPeer> {
  const buffer = new Uint8Array(65536);
  let request = "";
  while (!request.includes("\r\n\r\n")) {
    const count = await connection.read(buffer);
    if (count === null) throw new Error("no handshake");
    request += new TextDecoder().decode(buffer.subarray(0, count));
  }
  const frames: { opcode: number; payload: Uint8Array }[] = [];
  const reader = new FrameReader({ masked: true, compressed: true, maxMsgSize: 0 }, {
    onText: (text) => void frames.push({ opcode: 1, payload: new TextEncoder().encode(text) }),
    onData: (opcode, payload) => void frames.push({ opcode, payload }),
    onControl: (opcode, payload) => void frames.push({ opcode, payload }),
  });
  const key = /^sec-websocket-key: (.*)$/im.exec(request)?.[1] ?? "";
  return {
    request,
    accept: (more = "") =>
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Accept: ${acceptOf(key.trim())}\r\n${more}\r\n`,
    async write(data) {
      const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
      for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
    },
    async read() {
      while (frames.length === 0) {
        const count = await connection.read(buffer);
        if (count === null) return null;
        reader.push(buffer.slice(0, count));
      }
      return frames.shift() ?? null;
    },
  };
}

/**
 * A WebSocket server that a test controls frame by frame.
 * @module
 */
import { acceptOf } from "../../../http/websocket/frames.ts";
import { FrameReader } from "../../../http/websocket/frame_reader.ts";
import { acceptOn, type Connections, writeAll } from "../../_connections.ts";
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

/** A server with its connections. */
export interface RawServer extends Connections {
  readonly url: string;
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
  const connections = acceptOn(listener, async (connection) => talk(await peerOf(connection)));
  const url = `${secure ? "wss" : "ws"}://127.0.0.1:${connections.port}/`;
  return Object.assign(connections, { url });
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
      await writeAll(connection, data);
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

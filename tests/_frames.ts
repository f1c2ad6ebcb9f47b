/**
 * Raw WebSocket frames, also invalid ones.
 * @module
 */
import { writeAll } from "./_connections.ts";

/** A received frame. */
export interface Frame {
  readonly opcode: number;
  readonly fin: boolean;
  readonly payload: Uint8Array<ArrayBuffer>;
}

export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

/** Parts of a frame, by default of a final masked text frame. */
export interface FrameInit {
  readonly opcode?: number;
  readonly fin?: boolean;
  readonly rsv?: number;
  readonly mask?: boolean;
  readonly payload?: string | Uint8Array | readonly number[];
  /** Announced length, if not the payload's. */
  readonly announce?: number;
}

/** Writes a frame. */
export function frame(init: FrameInit): Uint8Array<ArrayBuffer> {
  const { opcode = TEXT, fin = true, rsv = 0, mask = true, payload = "" } = init;
  const bytes = typeof payload === "string"
    ? new TextEncoder().encode(payload)
    : Uint8Array.from(payload);
  const size = init.announce ?? bytes.length;
  const length = size < 126
    ? [size]
    : size < 65536
    ? [126, size >> 8, size & 255]
    : [127, 0, 0, 0, 0, size >>> 24, (size >> 16) & 255, (size >> 8) & 255, size & 255];
  length[0] = (length[0] ?? 0) | (mask ? 0x80 : 0);
  const key = mask ? [0x12, 0x34, 0x56, 0x78] : [];
  const body = bytes.map((byte, at) => byte ^ (key[at % 4] ?? 0));
  return Uint8Array.from([(fin ? 0x80 : 0) | (rsv << 4) | opcode, ...length, ...key, ...body]);
}

/** Payload of a close frame. */
export function closePayload(code: number, reason: string | readonly number[] = ""): number[] {
  const bytes = typeof reason === "string" ? new TextEncoder().encode(reason) : reason;
  return [code >> 8, code & 255, ...bytes];
}

/** A raw connection after the handshake. */
export interface RawSocket extends Disposable {
  readonly connection: Deno.TcpConn;
  /** Status line and headers of the handshake's reply. */
  readonly head: string;
  send(...frames: readonly Uint8Array[]): Promise<void>;
  /** The next frame, `null` at the end of the connection. */
  read(): Promise<Frame | null>;
  /** All frames up to the end. */
  rest(): Promise<Frame[]>;
}

/** Opens a raw WebSocket. */
export async function rawSocket(url: string, headers = ""): Promise<RawSocket> {
  const { hostname, port, host, pathname } = new URL(url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(
    new TextEncoder().encode(
      `GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
        `${headers}\r\n`,
    ),
  );
  let buffer = new Uint8Array(0);
  const fill = async (size: number): Promise<boolean> => {
    const piece = new Uint8Array(65536);
    while (buffer.length < size) {
      const count = await connection.read(piece).catch(() => null);
      if (count === null) return false;
      const grown = new Uint8Array(buffer.length + count);
      grown.set(buffer);
      grown.set(piece.subarray(0, count), buffer.length);
      buffer = grown;
    }
    return true;
  };
  const take = (size: number): Uint8Array<ArrayBuffer> => {
    const taken = buffer.slice(0, size);
    buffer = buffer.subarray(size);
    return taken;
  };
  let head = "";
  while (!head.endsWith("\r\n\r\n")) {
    if (!await fill(1)) throw new Error(`handshake ended: ${head}`);
    head += String.fromCharCode(...take(1));
  }
  if (!head.startsWith("HTTP/1.1 101")) throw new Error(`handshake refused: ${head}`);
  const read = async (): Promise<Frame | null> => {
    if (!await fill(2)) return null;
    const [first = 0, second = 0] = take(2);
    let size = second & 127;
    if (size >= 126) {
      const more = size === 126 ? 2 : 8;
      if (!await fill(more)) return null;
      size = take(more).reduce((sum, byte) => sum * 256 + byte, 0);
    }
    if (!await fill(size)) return null;
    return { opcode: first & 15, fin: first >= 128, payload: take(size) };
  };
  return {
    connection,
    head,
    async send(...frames) {
      for (const each of frames) {
        await writeAll(connection, each);
      }
    },
    read,
    async rest() {
      const frames: Frame[] = [];
      for (;;) {
        const next = await read();
        if (next === null) return frames;
        frames.push(next);
      }
    },
    [Symbol.dispose]: () => connection.close(),
  };
}

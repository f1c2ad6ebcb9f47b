/**
 * What is used of `npm:ws`, and how it is loaded.
 *
 * Why `ws` and not the platform's `WebSocket` (both measured on Deno 2.9.6, one core for the
 * client, 20 sockets echoing): the platform's shows neither the refusing reply (status, headers,
 * body) nor pings and pongs, follows no redirects, has no limit of size, no way to make a server
 * wait, no compression and no close codes but 1000 and 3000 to 4999. With messages of 64 bytes it
 * is faster, 190,000 a second against 150,000; with 16 KiB it does 440 against 26,000, because it
 * writes head and body of a frame apart and waits for the acknowledgement of the first.
 *
 * @module
 */
import { ClientConnectionError } from "../errors/connection_errors.ts";

/** A reply of the server, `http.IncomingMessage` of Node. */
export interface WsReply extends AsyncIterable<Uint8Array<ArrayBuffer>> {
  readonly statusCode?: number;
  readonly statusMessage?: string;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly rawHeaders: readonly string[];
  readonly socket: { readonly bytesRead: number };
}

/** A socket of `ws`. */
export interface WsSocket {
  binaryType: string;
  readonly extensions: string;
  readonly bufferedAmount: number;
  send(data: string | Uint8Array, options: { binary: boolean }): void;
  ping(data?: Uint8Array): void;
  pong(data?: Uint8Array): void;
  close(code: number, reason: string): void;
  terminate(): void;
  pause(): void;
  resume(): void;
  on(event: "open", listener: () => void): unknown;
  on(event: "upgrade", listener: (reply: WsReply) => void): unknown;
  on(event: "unexpected-response", listener: (request: unknown, reply: WsReply) => void): unknown;
  on(
    event: "message",
    listener: (data: Uint8Array | ArrayBuffer, isBinary: boolean) => void,
  ): unknown;
  on(event: "ping" | "pong", listener: (data: Uint8Array) => void): unknown;
  on(event: "error", listener: (error: Error & { code?: string }) => void): unknown;
  on(event: "close", listener: (code: number, reason: Uint8Array) => void): unknown;
  removeAllListeners(): unknown;
}

/** The class of `ws`. */
export type WsConstructor = new (
  url: URL,
  protocols: readonly string[],
  options: Record<string, unknown>,
) => WsSocket;

/**
 * Loads `ws`, at the first call only: a client without WebSockets does not pay for it.
 *
 * @returns Its class.
 * @throws {ClientConnectionError} If the program may not load it.
 */
export async function loadWs(): Promise<WsConstructor> {
  try {
    const { default: Socket } = await import("ws");
    return Socket as unknown as WsConstructor;
  } catch (cause) {
    // ws looks at one variable when it is loaded.
    if (!(cause instanceof Error) || cause.name !== "NotCapable") throw cause;
    throw new ClientConnectionError(
      "Cannot open a WebSocket: run again with --allow-env=WS_NO_BUFFER_UTIL, " +
        `which npm:ws reads (${cause.message})`,
      { cause },
    );
  }
}

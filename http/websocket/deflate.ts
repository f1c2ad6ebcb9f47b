// permessage-deflate: its negotiation and its streams (RFC 7692).
import type { Bytes } from "../bytes/bytes.ts";
import type { DeflateRaw, InflateRaw } from "node:zlib";
import { GrowingBytes } from "../bytes/growing_bytes.ts";
import { WebSocketLimitError, WebSocketProtocolError } from "./errors.ts";
import { WSCloseCode } from "./message.ts";
import { nodeZlib } from "../node_modules.ts";
import { deferred } from "../since_node_20.ts";

export interface DeflateSide {
  /** Window size in bits, 9 to 15; 8 if it only decodes. */
  readonly windowBits: number;
  /** Whether a message may refer to earlier ones. */
  readonly contextTakeover: boolean;
}

export interface DeflateAgreement {
  readonly client: DeflateSide;
  readonly server: DeflateSide;
}

const NAME = "permessage-deflate";
// RFC 7692 section 7.2.1: the end of every flushed block, which is not sent.
const TAIL = Uint8Array.of(0, 0, 0xff, 0xff);

/** Parses the parameters of one offer or answer; `null` if malformed (section 7.1). */
function parseParams(text: string): ReadonlyMap<string, number | true> | null {
  const params = new Map<string, number | true>();
  for (const part of text.split(";").slice(1)) {
    const match = /^\s*([a-z_]+)(?:\s*=\s*("?)([0-9]+)\2)?\s*$/.exec(part);
    const name = match?.[1] ?? "";
    const value = match?.[3] === undefined ? true : Number(match[3]);
    const valid = name.endsWith("_no_context_takeover")
      ? value === true
      : value === true
      ? name === "client_max_window_bits"
      : value >= 8 && value <= 15 && !/^0/.test(match?.[3] ?? "");
    const known = /^(?:client|server)_(?:no_context_takeover|max_window_bits)$/.test(name);
    if (!known || !valid || params.has(name)) return null;
    params.set(name, value);
  }
  return params;
}

function offersOf(header: string): string[] {
  return header.split(",").map((each) => each.trim()).filter((each) =>
    each.split(";")[0]?.trim() === NAME
  );
}

function sideOf(params: ReadonlyMap<string, number | true>, side: string, bits: number) {
  const given = params.get(`${side}_max_window_bits`);
  return {
    windowBits: Math.min(bits, typeof given === "number" ? given : 15),
    contextTakeover: !params.has(`${side}_no_context_takeover`),
  };
}

/** A client's `Sec-WebSocket-Extensions`, for a window of 9 to 15 bits. */
export function offerDeflate(windowBits: number): string {
  return `${NAME}; client_max_window_bits${windowBits === 15 ? "" : `=${windowBits}`}`;
}

/** The server's answer to the first acceptable offer, with a window of 9 to 15 bits, or `null`. */
export function acceptDeflate(
  header: string | null,
  windowBits: number,
): { readonly agreement: DeflateAgreement; readonly header: string } | null {
  for (const offer of offersOf(header ?? "")) {
    const params = parseParams(offer);
    if (params === null) continue;
    const server = sideOf(params, "server", windowBits);
    // zlib writes no 8-bit window: it uses 9, which such a client could not read.
    if (server.windowBits < 9) continue;
    const client = sideOf(params, "client", 15);
    const answer = [NAME];
    if (!server.contextTakeover) answer.push("server_no_context_takeover");
    if (!client.contextTakeover) answer.push("client_no_context_takeover");
    if (server.windowBits < 15) answer.push(`server_max_window_bits=${server.windowBits}`);
    if (client.windowBits < 15) answer.push(`client_max_window_bits=${client.windowBits}`);
    return { agreement: { client, server }, header: answer.join("; ") };
  }
  return null;
}

/** Reads a server's answer, `null` without compression; `windowBits` is 0 without an offer. */
export function readDeflateAnswer(
  header: string | null,
  windowBits: number,
): DeflateAgreement | null {
  if (header === null || header.trim() === "") return null;
  const [answer] = header.includes(",") ? [] : offersOf(header);
  const params = answer === undefined ? null : parseParams(answer);
  if (windowBits === 0 || params === null) throw refused(header);
  const client = sideOf(params, "client", windowBits);
  if (client.windowBits < 9 || params.get("client_max_window_bits") === true) throw refused(header);
  return { client, server: sideOf(params, "server", 15) };
}

function refused(header: string): WebSocketProtocolError {
  return new WebSocketProtocolError(
    `Cannot use the server's Sec-WebSocket-Extensions ${JSON.stringify(header.slice(0, 200))}: ` +
      "it was not offered",
    WSCloseCode.MANDATORY_EXTENSION,
  );
}

/** Compresses the messages of one connection, and decompresses those of its peer. */
export class MessageDeflate {
  readonly #own: DeflateSide;
  readonly #peer: DeflateSide;
  #deflate: DeflateRaw | null = null;
  #inflate: InflateRaw | null = null;

  /** Creates one; streams are created with the first message. */
  constructor(own: DeflateSide, peer: DeflateSide) {
    this.#own = own;
    this.#peer = peer;
  }

  /** Compresses a message. One call at a time. */
  async compress(message: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    const { windowBits, contextTakeover } = this.#own;
    const stream = this.#deflate ??= guarded(nodeZlib().createDeflateRaw({ windowBits }));
    const compressed = await run(stream, [message], Infinity);
    if (!contextTakeover) {
      this.#deflate = null;
      stream.close();
    }
    return compressed.subarray(0, compressed.length - TAIL.length);
  }

  /** Decompresses a message. One call at a time. Messages of `limit` bytes or more are refused. */
  async inflate(payload: Bytes, limit: number): Promise<Bytes> {
    const { windowBits, contextTakeover } = this.#peer;
    const stream = this.#inflate ??= guarded(nodeZlib().createInflateRaw({ windowBits }));
    try {
      const message = await run(stream, [payload, TAIL], limit === 0 ? Infinity : limit);
      // A peer may end its stream with a last block; the next message starts a new one.
      if (contextTakeover && !stream.readableEnded) return message;
      this.#inflate = null;
      stream.close();
      return message;
    } catch (cause) {
      this.#inflate = null;
      stream.close();
      if (cause instanceof WebSocketLimitError) throw cause;
      throw new WebSocketProtocolError(
        "WebSocket protocol error: a message cannot be inflated",
        WSCloseCode.INVALID_TEXT,
        { cause },
      );
    }
  }

  close(): void {
    this.#deflate?.close();
    this.#inflate?.close();
    this.#deflate = this.#inflate = null;
  }
}

/** Adds an error listener: an unhandled error event would end the program. */
function guarded<T extends DeflateRaw | InflateRaw>(stream: T): T {
  stream.on("error", () => {});
  return stream;
}

/** Sends one message through a stream and flushes it. */
function run(
  stream: DeflateRaw | InflateRaw,
  input: readonly Uint8Array<ArrayBuffer>[],
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const { promise, resolve, reject } = deferred<Uint8Array<ArrayBuffer>>();
  const whole = new GrowingBytes();
  const onData = (piece: Uint8Array): void => {
    if (whole.size + piece.length >= limit) {
      const text = `Message size exceeds limit ${limit}`;
      return reject(new WebSocketLimitError(text, WSCloseCode.MESSAGE_TOO_BIG));
    }
    whole.append(piece);
  };
  const onEnd = (): void => resolve(whole.take());
  const onClose = (): void => reject(new Error("The stream was closed"));
  stream.on("data", onData);
  stream.once("end", onEnd);
  stream.once("error", reject);
  stream.once("close", onClose);
  for (const each of input) {
    // For broken data, the callback of flush() comes before the error event.
    stream.write(each, (error?: Error | null) => {
      if (error) reject(error);
    });
  }
  // Another kind of flush would reset the window.
  stream.flush(nodeZlib().constants.Z_SYNC_FLUSH, onEnd);
  return promise.finally(() => {
    stream.off("data", onData);
    stream.off("end", onEnd);
    stream.off("error", reject);
    stream.off("close", onClose);
  });
}

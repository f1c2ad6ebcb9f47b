// Decoding of `Content-Encoding`: gzip, deflate, brotli and zstd, also several in a row. The
// platform's own decoder stops after the first member of a gzip body, takes a truncated brotli body
// for a complete one, and does not limit the output of one chunk.
import { messageOf, nameErrors } from "../as_error.ts";
import type { Transform } from "node:stream";
import type { BodySource } from "../bytes/body_source.ts";
import { type Bytes, concatBytes } from "../bytes/bytes.ts";
import { nodeZlib } from "../node_modules.ts";
import { ZstdFrames } from "./zstd_frames.ts";

/** Whether bytes begin with a zlib header (RFC 1950 section 2.2), which some servers leave out. */
function hasZlibHeader(start: Uint8Array): boolean {
  const [first = 0, second = 0] = start;
  return (first & 0xf) === 8 && (first << 8 | second) % 31 === 0;
}

export const ACCEPT_ENCODING = "gzip, deflate, br, zstd";

/** A compressed body is broken, truncated or exceeds its limit. */
export class ContentDecodingError extends Error {
  /** The coding that failed, as the header names it. */
  readonly coding: string;

  constructor(coding: string, reason: string, options?: ErrorOptions) {
    super(`Cannot decode content-encoding "${coding}": ${reason}`, options);
    this.coding = coding;
  }
}

nameErrors({ ContentDecodingError });

// A reply in one hundred gzips (CVE-2026-22036) costs its sender 3 KB and the receiver a decoder
// each. More than two do not occur in practice.
const MAX_CODINGS = 5;
const CHUNK_SIZE = 64 * 1024;

type Coding = "gzip" | "deflate" | "br" | "zstd";
const CODINGS: ReadonlyMap<string, Coding> = new Map([
  ["gzip", "gzip"],
  ["x-gzip", "gzip"], // RFC 9110 section 8.4.1.3
  ["deflate", "deflate"],
  ["br", "br"],
  ["zstd", "zstd"],
]);

/** Decodes a body by its `Content-Encoding`; one of an unknown coding is returned as it is. */
export function decodedSource(source: BodySource, header: string, maxSize: number): BodySource {
  const codings = codingsOf(header);
  if (codings.length === 0) return source;
  if (codings.length > MAX_CODINGS) {
    return failing(
      source,
      new ContentDecodingError(header.slice(0, 80), `more than ${MAX_CODINGS} codings`),
    );
  }
  // Codings are listed in the order in which they were applied (RFC 9110 section 8.4).
  return limitedSource(codings.reduceRight(decode, source), header, maxSize);
}

/** Whether a header names codings, and all of them are supported. */
export function isDecodable(header: string): boolean {
  return codingsOf(header).length > 0;
}

/** The codings of a header; none if one is unknown. */
function codingsOf(header: string): Coding[] {
  const names = header.toLowerCase().split(",").map((name) => name.trim())
    .filter((name) => name !== "" && name !== "identity");
  const codings = names.flatMap((name) => CODINGS.get(name) ?? []);
  return codings.length === names.length ? codings : [];
}

function failing(source: BodySource, error: Error): BodySource {
  return {
    async next() {
      await source.cancel(error);
      throw error;
    },
    cancel: (reason) => source.cancel(reason),
  };
}

/** Limits decoded bytes, unless to 0; beyond it the error is a {@linkcode ContentDecodingError}. */
export function limitedSource(source: BodySource, header: string, maxSize: number): BodySource {
  if (maxSize === 0) return source;
  let size = 0;
  return {
    async next() {
      const piece = await source.next();
      size += piece?.length ?? 0;
      if (size <= maxSize) return piece;
      const error = new ContentDecodingError(
        header,
        `more than ${maxSize} bytes come out, the limit that maxDecodedSize sets`,
      );
      await source.cancel(error);
      throw error;
    },
    cancel: (reason) => source.cancel(reason),
  };
}

/** A decoder of `node:zlib`; `bytesWritten` is the number of input bytes it has used. */
type Decoder = Transform & { readonly bytesWritten: number };

const settings = { chunkSize: CHUNK_SIZE };

function decoderOf(coding: Coding, start: Uint8Array): Decoder {
  const zlib = nodeZlib(); // without zstd before Deno 2.6
  switch (coding) {
    case "gzip":
      return zlib.createGunzip(settings);
    case "br":
      return zlib.createBrotliDecompress(settings);
    case "zstd":
      return zlib.createZstdDecompress(settings);
    case "deflate":
      return hasZlibHeader(start) || start.length < 2
        ? zlib.createInflate(settings)
        : zlib.createInflateRaw(settings);
  }
}

function decode(source: BodySource, coding: Coding): BodySource {
  let decoder: Decoder | null = null;
  let failure: Error | null = null;
  let written = 0;
  let wake: (() => void) | null = null;
  const awake = (): void => wake?.();
  const frames = coding === "zstd" ? new ZstdFrames() : null;
  const steps = run();

  async function* outputOf(
    from: Decoder,
    isOver: () => boolean,
    reason?: string,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for (;;) {
      const out: Uint8Array<ArrayBuffer> | null = from.read();
      if (out !== null) yield new Uint8Array(out.buffer, out.byteOffset, out.length);
      else if (failure !== null) {
        throw broken(reason ?? failure.message, { cause: failure });
      } else if (isOver()) return;
      else await new Promise<void>((resolve) => wake = resolve);
    }
  }

  function feed(to: Decoder, piece: Bytes): AsyncGenerator<Bytes> {
    let used = false;
    written += piece.length;
    to.write(piece, () => {
      used = true;
      awake();
    });
    return outputOf(to, () => used);
  }

  function broken(reason: string, options?: ErrorOptions): ContentDecodingError {
    return new ContentDecodingError(coding, reason, options);
  }

  async function* run(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    let piece = await source.next();
    if (piece === null) return; // an empty body (a reply to HEAD, say) is valid
    while (piece.length < 2) { // a zlib header has two bytes
      const more = await source.next();
      if (more === null) break;
      piece = concatBytes([piece, more]);
    }
    const to = decoder = decoderOf(coding, piece);
    to.on("readable", awake).on("end", awake).on("error", (error) => {
      failure = error;
      awake();
    });
    for (; piece !== null; piece = await source.next()) {
      for (let at = 0; at < piece.length;) {
        // node:zlib loses a second zstd frame in the same chunk, so each is fed on its own.
        const end: number = frames === null ? piece.length : advance(frames, piece, at);
        yield* feed(to, piece.subarray(at, end));
        at = end;
        if (to.bytesWritten < written) throw broken("something follows its end");
      }
    }
    if (coding === "br" && to.bytesWritten !== undefined) {
      // Truncated brotli raises no error. It uses one extra byte, a complete body does not.
      for await (const _made of feed(to, new Uint8Array(1))); // the extra byte's output
      if (to.bytesWritten === written) throw broken("it is cut");
    } else if (frames !== null) {
      if (!frames.complete) throw broken("it is cut");
    } else {
      // The end of the input reveals a truncated body. Brotli too on Deno 2.4, which counts nothing
      // and holds most of it back until the end.
      to.end();
      yield* outputOf(to, () => to.readableEnded, "it is cut");
    }
  }

  function advance(frames: ZstdFrames, piece: Uint8Array, at: number): number {
    try {
      return frames.advance(piece, at);
    } catch (error) {
      throw broken(messageOf(error));
    }
  }

  return {
    async next() {
      try {
        const step = await steps.next();
        if (!step.done) return step.value;
      } catch (error) {
        decoder?.destroy();
        // Cancels the rest of the body; if the body failed, it has ended already.
        if (error instanceof ContentDecodingError) source.cancel(error).catch(() => {});
        throw error;
      }
      decoder?.destroy();
      return null;
    },
    async cancel(reason) {
      failure ??= new Error("it was given up");
      decoder?.destroy();
      awake();
      await source.cancel(reason);
    },
  };
}

import { nameErrors } from "../as_error.ts";

/** Limits for heads and for the framing of bodies. */
export interface HeadLimits {
  /** Longest head, and longest trailers, in bytes. */
  readonly maxHeadSize: number;
  /** Longest line of a head, the first included, in bytes. */
  readonly maxLineSize: number;
  /** Most header lines, of a head and of trailers each. */
  readonly maxHeaders: number;
}

export const DEFAULT_HEAD_LIMITS: HeadLimits = {
  maxHeadSize: 64 * 1024,
  maxLineSize: 16 * 1024,
  maxHeaders: 256,
};

const MOST_SHOWN = 80; // characters

/** The peer violated the protocol or a limit. */
export class HttpSyntaxError extends Error {
  /** Status for a server's answer. */
  readonly status: number;
  /** The offending line in printable form; empty if the error is not about one line. */
  readonly line: string;

  constructor(reason: string, line = "", status = 400) {
    const shown = printable(line);
    super(shown === "" ? reason : `${reason}: "${shown}"`);
    this.line = shown;
    this.status = status;
  }
}

nameErrors({ HttpSyntaxError });

/** Cuts the text and escapes everything but printable ASCII. */
function printable(text: string): string {
  const cut = text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
  return cut.replace(/[^ !#-[\]-~…]/g, (each) => {
    if (each === "\r") return "\\r";
    if (each === "\n") return "\\n";
    if (each === "\t") return "\\t";
    if (each === '"' || each === "\\") return `\\${each}`;
    return `\\x${each.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}

function table(allows: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => allows(byte) ? 1 : 0);
}

/** 1 for the bytes of a token (RFC 9110 section 5.6.2). */
export const IS_TOKEN: Uint8Array = table((byte) =>
  /[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(String.fromCharCode(byte))
);

/** 1 for the bytes of a header's value: HTAB, SP, VCHAR, obs-text (RFC 9110 section 5.5). */
export const IS_VALUE: Uint8Array = table((byte) => byte === 9 || (byte >= 32 && byte !== 127));

/** 1 for the bytes of a target (RFC 9112 section 3.2: no `#`), and beyond ASCII, as curl sends. */
export const IS_TARGET: Uint8Array = table((byte) => byte > 32 && byte !== 127 && byte !== 35);

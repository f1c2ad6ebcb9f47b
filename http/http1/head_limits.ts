/**
 * Limits of what a peer may send around a body.
 * @module
 */

/** Limits of heads and of the framing of bodies. */
export interface HeadLimits {
  /** Longest head, and longest trailers, in bytes. */
  readonly maxHeadSize: number;
  /** Longest line of a head, the first included, in bytes. */
  readonly maxLineSize: number;
  /** Most header lines, of a head and of trailers each. */
  readonly maxHeaders: number;
}

/** The limits where nothing else was asked for. */
export const DEFAULT_HEAD_LIMITS: HeadLimits = {
  maxHeadSize: 64 * 1024,
  maxLineSize: 16 * 1024,
  maxHeaders: 256,
};

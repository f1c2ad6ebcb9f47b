import type { Bytes } from "./bytes.ts";

/** Received bytes that are not used yet: those of a buffer from `start` to `end`. */
export interface ByteWindow {
  bytes: Bytes;
  start: number;
  end: number;
}

/** Moves the window to the front of its buffer, or of another one. */
export function moveWindow(window: ByteWindow, to: Bytes = window.bytes): void {
  const { bytes, start, end } = window;
  if (to === bytes) bytes.copyWithin(0, start, end);
  else to.set(bytes.subarray(start, end));
  window.bytes = to;
  window.start = 0;
  window.end = end - start;
}

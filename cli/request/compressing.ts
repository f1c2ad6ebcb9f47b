/**
 * Whether compressing a body is worth it.
 * @module
 */
import type { PlannedBody } from "./plan.ts";

/** Tells whether a body becomes smaller by it. What is not in memory is taken to. */
export async function isSmallerCompressed(body: PlannedBody): Promise<boolean> {
  const data = body.kind === "text"
    ? new TextEncoder().encode(body.text)
    : body.kind === "piped"
    ? body.data
    : null;
  if (!(data instanceof Uint8Array)) return true;
  const stream = new Blob([data]).stream().pipeThrough(new CompressionStream("deflate"));
  return (await new Response(stream).arrayBuffer()).byteLength < data.length;
}

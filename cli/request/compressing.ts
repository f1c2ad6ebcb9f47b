/**
 * Whether to compress a body.
 * @module
 */
import type { PlannedBody } from "./plan.ts";

/** Whether compression makes a body smaller; assumed for a body that is not in memory. */
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

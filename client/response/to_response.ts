import type { Bytes } from "../../http/bytes/bytes.ts";
import { pulledStream } from "../../http/bytes/pulled_stream.ts";
import { isDecodable } from "../../http/coding/content_decoder.ts";
import { WITHOUT_BODY } from "../../http/headers/status.ts";
import { removeHopByHop } from "../../http/http1/hop_by_hop.ts";
import type { StreamReader } from "../../http/bytes/stream_reader.ts";
import type { HopResult } from "../hop/transport.ts";
import type { SavableResponse } from "./save_body.ts";

/** The body as a stream. Cancelling it cancels the body and closes its connection. */
export function streamOf(content: StreamReader): ReadableStream<Uint8Array<ArrayBuffer>> {
  const pieces = content.iterAny();
  return pulledStream(
    async () => (await pieces.next()).value ?? null,
    (reason) => content.cancel(reason instanceof Error ? reason : undefined),
  );
}

/** Creates a platform `Response`; `bytes` is the body if it was read before. */
export function toResponse(
  response: SavableResponse & Pick<HopResult, "status" | "reason"> & { readonly method: string },
  isDecoded: boolean,
  bytes: Promise<Uint8Array<ArrayBuffer>> | null,
): Response {
  const headers = new Headers(response.headers);
  removeHopByHop(headers);
  if (isDecoded && isDecodable(headers.get("content-encoding") ?? "")) {
    headers.delete("content-encoding");
    headers.delete("content-length");
  }
  const { status, reason: statusText, content } = response;
  const isEmpty = response.method === "HEAD" || WITHOUT_BODY.has(status);
  const body = isEmpty ? null : bytes === null ? streamOf(content) : streamOfBytes(bytes);
  return new Response(body, { status, statusText, headers });
}

function streamOfBytes(bytes: Promise<Bytes>): ReadableStream<Bytes> {
  return new ReadableStream({
    async pull(controller) {
      controller.enqueue(await bytes);
      controller.close();
    },
  });
}

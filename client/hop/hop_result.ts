// Responses made of others, or without a connection.
import { asError } from "../../http/as_error.ts";
import type { HopResult } from "./transport.ts";

/** The response with some members replaced; lazy members stay lazy. */
export function changedResult(
  result: HopResult,
  changes: { readonly [K in keyof HopResult]?: HopResult[K] | undefined },
): HopResult {
  return new Proxy(result, {
    get(target, key) {
      if (key in changes) return changes[key as keyof HopResult];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** The response with another stream as its body. */
export function withBody(result: HopResult, body: HopResult["body"]): HopResult {
  return changedResult(result, { body, source: undefined, exactLength: null, isWhole: false });
}

export function storedResult(
  head: Pick<HopResult, "status" | "reason" | "headers">,
  bytes: Uint8Array<ArrayBuffer> | null,
  decoded = false,
): HopResult {
  const body = bytes === null ? null : new Blob([bytes]).stream();
  return { ...head, body, decoded, bodyError: asError, release() {} };
}

/** Looks up a response header in the cheapest way; `null` if it is missing. */
export function replyHeader(result: HopResult, name: string): string | null {
  return result.header === undefined ? result.headers.get(name) : result.header(name);
}

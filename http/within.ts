import { deferred } from "./since_node_20.ts";

/** Waits for a promise, but at most for a time in ms: then it fails with the error. */
export async function within<T>(ms: number, promise: Promise<T>, late: () => Error): Promise<T> {
  const over = deferred<never>();
  const timer = setTimeout(() => over.reject(late()), ms);
  try {
    return await Promise.race([promise, over.promise]);
  } finally {
    clearTimeout(timer);
  }
}

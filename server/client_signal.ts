/**
 * Tells when a client leaves.
 * @module
 */

/**
 * Watches for the client to leave. Without `--unstable-no-legacy-abort`, Deno 2.9 aborts the
 * request's own signal after every response, also one that was sent whole; such an abort is left
 * out here.
 *
 * @param signal Signal of the platform's request.
 * @param completed Resolves once the response was sent, rejects when that failed; left out where
 * the platform does not tell, and its signal is believed.
 * @returns What aborts when the client leaves.
 */
export function clientLeave(
  signal: AbortSignal,
  completed: Promise<void> | undefined,
): AbortController {
  const controller = new AbortController();
  const leave = () => controller.abort(new DOMException("The client has left", "AbortError"));
  if (completed === undefined) {
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave, { once: true });
    return controller;
  }
  let sent = false;
  completed.then(() => sent = true, () => {});
  signal.addEventListener("abort", () => {
    // Deno settles `completed` just before it aborts, so what stands above has run by then.
    queueMicrotask(() => {
      if (!sent) leave();
    });
  }, { once: true });
  return controller;
}

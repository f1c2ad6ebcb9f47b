/**
 * Tells when a client leaves.
 * @module
 */

/**
 * A signal that aborts when the client leaves. Without `--unstable-no-legacy-abort`, Deno 2.9
 * aborts the request's own signal after every response, also one that was sent whole; such an
 * abort is left out here.
 *
 * @param signal Signal of the platform's request.
 * @param completed Resolves once the response was sent, rejects when that failed; left out where
 * the platform does not tell, and its signal is taken as it is.
 * @returns The signal.
 */
export function clientSignal(
  signal: AbortSignal,
  completed: Promise<void> | undefined,
): AbortSignal {
  if (completed === undefined) return signal;
  const controller = new AbortController();
  let sent = false;
  completed.then(() => sent = true, () => {});
  signal.addEventListener("abort", () => {
    // Deno settles `completed` just before it aborts, so what stands above has run by then.
    queueMicrotask(() => {
      if (!sent) controller.abort(new DOMException("The client has left", "AbortError"));
    });
  }, { once: true });
  return controller.signal;
}

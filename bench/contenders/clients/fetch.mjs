// The platform's fetch on Deno, Node and Bun, bare or with a timeout.
import process from "node:process";
import { serveRounds, timeout, url } from "./worker.mjs";

await serveRounds(async () => {
  const init = timeout > 0 ? { signal: AbortSignal.timeout(timeout) } : undefined;
  const response = await fetch(url, init);
  await response.arrayBuffer();
});
process.exit(0);

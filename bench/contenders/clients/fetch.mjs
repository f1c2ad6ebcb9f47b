// The platform's fetch on Deno, Node and Bun, bare or with a timeout.
import process from "node:process";
import { LONG_REPLY } from "../servers/replies.mjs";
import { clearsTimer, mode, serveRounds, timeout, url } from "./worker.mjs";

/** Fetches and reads, as `mode` says. */
async function request(init) {
  if (mode !== "post") {
    const response = await fetch(url, init);
    return mode === "json" ? await response.json() : await response.text();
  }
  const body = JSON.stringify(LONG_REPLY.slice(0, 4));
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { ...init, method: "POST", body, headers });
  return await response.text();
}

await serveRounds(async () => {
  if (!clearsTimer) {
    return await request(timeout > 0 ? { signal: AbortSignal.timeout(timeout) } : undefined);
  }
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeout);
  try {
    return await request({ signal: controller.signal });
  } finally {
    clearTimeout(timer);
  }
});
process.exit(0);

import { ClientSession } from "../../../mod.ts";
import { mode, serveRounds, url } from "./worker.mjs";

// All defaults: 5-minute total timeout, cookie jar, redirects.
await using session = new ClientSession({
  baseUrl: url,
  ...(mode === "fetch" ? { connector: { transport: "fetch" } } : {}),
});

await serveRounds(async () => {
  const response = await session.get("/");
  await response.read();
});

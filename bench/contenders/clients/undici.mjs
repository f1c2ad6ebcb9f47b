import process from "node:process";
import { LONG_REPLY } from "../servers/replies.mjs";
import { load } from "../packages.mjs";
import { concurrency, inPool, mode, serveRounds, url } from "./worker.mjs";

const { Pool, request } = await load("undici");
const init = inPool ? { dispatcher: new Pool(url, { connections: concurrency }) } : {};

await serveRounds(async () => {
  const body = mode === "post" ? JSON.stringify(LONG_REPLY.slice(0, 4)) : null;
  const reply = body === null ? await request(url, init) : await request(url, {
    ...init,
    method: "POST",
    body,
    headers: { "content-type": "application/json" },
  });
  await (mode === "json" ? reply.body.json() : reply.body.text());
});
process.exit(0);

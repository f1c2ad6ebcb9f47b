import process from "node:process";
import { load } from "../packages.mjs";
import { serveRounds, url } from "./worker.mjs";

const { request } = await load("undici");

await serveRounds(async () => {
  const { body } = await request(url);
  await body.arrayBuffer();
});
process.exit(0);

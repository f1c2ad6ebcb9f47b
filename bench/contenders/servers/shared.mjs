// Arguments and responses shared by the server contenders in JavaScript.
// aiohttp_server.py has the same in Python.
import { parseArgs } from "node:util";

export { HELLO, LARGE, LONG_REPLY, REPLY } from "./replies.mjs";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    mode: { type: "string", default: "hello" },
    routes: { type: "string", default: "1000" },
    folder: { type: "string", default: "" },
    engine: { type: "string", default: "deno" },
    workers: { type: "string", default: "1" },
    guarded: { type: "boolean", default: false },
    redis: { type: "string", default: "" },
  },
});

export const hostname = "127.0.0.1";
export const port = Number(values.port);
/** The folder to serve, with a slash at the end. */
export const folder = values.folder;
/** Which routes to register ("hello", "parameter", "json", "routes"), or how to read a body. */
export const mode = values.mode;
/** Engine of our application: "deno" or "sockets". */
export const engine = values.engine;
/** Port of a Redis, 0 for none. */
export const redis = Number(values.redis);
/** Whether other processes listen on the port too. */
export const reusePort = Number(values.workers) > 1;
/** Whether to check the Host header and the response headers, as ours always does. */
export const guarded = values.guarded;

/** The fixed parts of the many routes; each contender appends its own spelling of one parameter. */
export const prefixes = Array.from(
  { length: Number(values.routes) },
  (_, index) => `/api/section${index + 1}/items/`,
);

/** Routes whose first segment is a variable, in our spelling. */
export const tenants = Array.from(
  { length: Number(values.routes) },
  (_, index) => `/{org}/section${index + 1}/{id}`,
);

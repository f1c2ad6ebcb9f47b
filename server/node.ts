/**
 * The engine of a server on Node and Bun, where it is the default.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 * import { nodeEngine } from "@roundtrip/http/node";
 *
 * const app = new web.Application();
 * await using runner = new web.AppRunner(app, { engine: nodeEngine() });
 * const url = await runner.listen({ hostname: "127.0.0.1", port: 0 });
 * console.assert((await fetch(url)).status === 404);
 * ```
 * @module
 */
export { nodeEngine } from "./sockets/node_engine.ts";

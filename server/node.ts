/**
 * The engine of a server on Node and Bun, where it is the default.
 *
 * @module
 */
export { nodeEngine } from "./sockets/node_engine.ts";

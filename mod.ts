/**
 * aiohttp's client and server for Deno, in one import.
 *
 * The client's names are here; the server's are under `web`, as in aiohttp. `@roundtrip/http/client`
 * and `@roundtrip/http/server` are the two halves alone, `@roundtrip/http/shared` what both use.
 *
 * @example
 * ```ts
 * import { ClientSession, web } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * app.addRoutes([web.get("/", () => web.textResponse("hello, world"))]);
 * await using runner = new web.AppRunner(app);
 * const baseUrl = await runner.listen({ hostname: "127.0.0.1", port: 0 });
 *
 * await using session = new ClientSession({ baseUrl });
 * await using response = await session.get("/");
 * console.assert(await response.text() === "hello, world");
 * ```
 *
 * @module
 */
export * from "./client/mod.ts";
export * from "./shared.ts";
export * as web from "./server/mod.ts";

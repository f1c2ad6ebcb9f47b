/**
 * Helpers shared by tests.
 * @module
 */
import { ClientSession, CookieJar, type SessionOptions, web } from "@roundtrip/http";

/** The class of an error, as `assertRejects()` takes it. */
// deno-lint-ignore no-explicit-any -- any constructor, as in @std/assert
export type ErrorType = abstract new (...args: any[]) => Error;

export interface Served extends AsyncDisposable {
  readonly session: ClientSession;
  readonly baseUrl: string;
}

/** An application on a free port with a session that talks to it. */
export async function serve(
  routes: Iterable<web.RouteDef>,
  options: SessionOptions = {},
  engine: web.Engine = web.denoEngine,
): Promise<Served> {
  const app = new web.Application({ logger: { error() {} } });
  app.addRoutes(routes);
  const runner = new web.AppRunner(app, { shutdownTimeout: 100, engine });
  const baseUrl = await runner.listen({ hostname: "127.0.0.1", port: 0 });
  const session = new ClientSession({
    baseUrl,
    cookieJar: new CookieJar({ unsafe: true }),
    ...options,
  });
  return {
    session,
    baseUrl,
    async [Symbol.asyncDispose]() {
      await session.close();
      await runner.cleanup();
    },
  };
}

import { web } from "../../../mod.ts";
import { engine, hostname, port, reusePort } from "./shared.mjs";

/** Serves an application with the engine of `--engine`. */
export async function serve(app: web.Application): Promise<void> {
  if (engine === "deno") {
    Deno.serve({ port, hostname, reusePort, onListen() {} }, app.fetch);
    return;
  }
  // The load comes from one address.
  const sockets = web.socketEngine({ maxConnectionsPerAddress: 0 });
  await new web.AppRunner(app, { engine: sockets }).listen({ hostname, port, reusePort });
}

/**
 * Who may ask for files: pages of this machine.
 * @module
 */
import { HTTPException, type Middleware } from "../../server/mod.ts";

const LOCAL = /^(?:(?:.+\.)?localhost\.?|127(?:\.\d+){3}|\[::1\])$/i;

/**
 * A server for this machine alone answers to this machine's names alone. Without that, a page of
 * any site could read the files through a name of its own that leads to 127.0.0.1 (DNS rebinding).
 */
export function localNamesOnly(hostnames: readonly string[]): Middleware {
  const isLocal = hostnames.every((hostname) => {
    const bound = URL.parse(`http://${hostname.includes(":") ? `[${hostname}]` : hostname}`);
    return LOCAL.test(bound?.hostname ?? hostname);
  });
  return (request, handler) => {
    const name = request.host.replace(/:\d+$/, "");
    if (!isLocal || LOCAL.test(name)) return handler(request);
    throw new HTTPException(421, "Misdirected Request", {
      text: `421: ${hostnames.join(", ")} is served here; -H 0.0.0.0 answers to other names too`,
    });
  };
}

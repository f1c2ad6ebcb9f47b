import { HTTPException, type Middleware } from "../../server/mod.ts";

const LOCAL = /^(?:(?:.+\.)?localhost\.?|127(?:\.\d+){3}|\[::1\])$/i;

/**
 * Answers only to local host names if the server is bound to local addresses. Otherwise any website
 * could read the files through a name of its own that resolves to 127.0.0.1 (DNS rebinding).
 */
export function localNamesOnly(hostnames: readonly string[]): Middleware {
  const isLocal = hostnames.every((hostname) => {
    const bound = URL.parse(`http://${hostname.includes(":") ? `[${hostname}]` : hostname}`);
    return LOCAL.test(bound?.hostname ?? hostname);
  });
  return (request, handler) => {
    if (!isLocal || LOCAL.test(request.host.replace(/:\d+$/, ""))) return handler(request);
    throw new HTTPException(421, "Misdirected Request", {
      text: `421: only ${hostnames.join(", ")} is served; -H 0.0.0.0 answers to other names too`,
    });
  };
}

import { HELLO, hostname, LONG_REPLY, mode, port, REPLY } from "./shared.mjs";

const NOT_FOUND = { status: 404 };

/** The least that reads the request's path, as any router must. */
function pathOf(request: Request): string {
  return new URL(request.url).pathname;
}

const handlers: Record<string, (request: Request) => Response | Promise<Response>> = {
  hello: () => new Response(HELLO),
  parameter: (request) => {
    const id = /^\/users\/([^/]+)$/.exec(pathOf(request))?.[1];
    return id === undefined ? new Response(null, NOT_FOUND) : new Response(id);
  },
  json: () => Response.json(REPLY),
  long: () => Response.json(LONG_REPLY),
  async post(request) {
    await request.arrayBuffer();
    return new Response(HELLO);
  },
};

const handler = handlers[mode];
if (handler === undefined) throw new Error(`Cannot serve: unknown mode "${mode}"`);
Deno.serve({ port, hostname, onListen() {} }, handler);

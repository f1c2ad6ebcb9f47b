import { HELLO, hostname, LONG_REPLY, mode, port, REPLY } from "./shared.mjs";

const NOT_FOUND = { status: 404 };

/** Minimal server that reads the request's path, as any router must. */
function pathOf(request: Request): string {
  return new URL(request.url).pathname;
}

/** Length of a body, read through one buffer. */
async function sizeOf(body: ReadableStream<Uint8Array>): Promise<number> {
  const reader = body.getReader({ mode: "byob" });
  let buffer = new ArrayBuffer(256 * 1024);
  for (let size = 0;;) {
    const { done, value } = await reader.read(new Uint8Array(buffer));
    if (done || value === undefined) return size;
    size += value.length;
    buffer = value.buffer as ArrayBuffer;
  }
}

const handlers: Record<string, (request: Request) => Response | Promise<Response>> = {
  hello: () => new Response(HELLO),
  parameter: (request) => {
    const id = /^\/users\/([^/]+)$/.exec(pathOf(request))?.[1];
    return id === undefined ? new Response(null, NOT_FOUND) : new Response(id);
  },
  json: () => Response.json(REPLY),
  bodies: async (request) => {
    if (request.body === null) return new Response(HELLO);
    if (pathOf(request) === "/json") return Response.json(await request.json());
    return new Response(String(await sizeOf(request.body)));
  },
  long: () => Response.json(LONG_REPLY),
  async post(request) {
    await request.arrayBuffer();
    return new Response(HELLO);
  },
};

const handler = handlers[mode];
if (handler === undefined) throw new Error(`Cannot serve: unknown mode "${mode}"`);
Deno.serve({ port, hostname, onListen() {} }, handler);

import { assertEquals, assertRejects } from "@std/assert";
import {
  appTransport,
  ClientConnectionError,
  ClientSession,
  NotSupportedError,
  reconnect,
  WSServerHandshakeError,
} from "@roundtrip/http";

function serve(handle: (request: Request) => Response | Promise<Response>) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handle);
  const session = new ClientSession({ baseUrl: `http://127.0.0.1:${server.addr.port}` });
  return {
    session,
    async [Symbol.asyncDispose]() {
      await session.close();
      await server.shutdown();
    },
  };
}

Deno.test("reconnect() counts connections that end at once as failures", async () => {
  await using served = serve((request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onopen = () => socket.close();
    return response;
  });
  let connections = 0;
  const errors: (Error | null)[] = [];
  const onRetry = (error: Error | null) => void errors.push(error);
  const loop = async (minUptime: number) => {
    const options = { retries: 2, minDelay: 1, minUptime, onRetry };
    for await (const ws of reconnect(() => served.session.wsConnect("/"), options)) {
      for await (const _ of ws);
      if (++connections === 8) break;
    }
  };
  await assertRejects(() => loop(60_000), ClientConnectionError, "3 attempts in a row");
  assertEquals([connections, errors], [3, [null, null]]);
  await loop(0); // each counts as a success
  assertEquals(connections, 8);
});

for (const coding of ["gzip", "deflate"] as const) {
  Deno.test(`the error of a refusal has the decoded body in ${coding}`, async () => {
    await using served = serve(async () => {
      const body = new Blob(["forbidden because"]).stream();
      const bytes = await new Response(body.pipeThrough(new CompressionStream(coding))).bytes();
      return new Response(bytes, { status: 403, headers: { "content-encoding": coding } });
    });
    const error = await assertRejects(() => served.session.wsConnect("/"), WSServerHandshakeError);
    assertEquals([error.status, error.body], [403, "forbidden because"]);
  });
}

Deno.test("a refusal with a decompression bomb is only read up to the limit of the error", async () => {
  await using served = serve(async () => {
    const body = new Blob([new Uint8Array(20_000_000).fill(0x78)]).stream();
    const bytes = await new Response(body.pipeThrough(new CompressionStream("gzip"))).bytes();
    return new Response(bytes, { status: 403, headers: { "content-encoding": "gzip" } });
  });
  const error = await assertRejects(() => served.session.wsConnect("/"), WSServerHandshakeError);
  assertEquals(error.body?.length, 64 * 1024);
});

Deno.test("a refusal with a malformed body is reported with its status", async () => {
  const headers = { "content-encoding": "gzip" };
  await using served = serve(() => new Response("plain", { status: 403, headers }));
  const error = await assertRejects(() => served.session.wsConnect("/"), WSServerHandshakeError);
  assertEquals([error.status, error.body], [403, ""]);
});

Deno.test("wsConnect() does not bypass a given transport", async () => {
  const app = { fetch: () => new Response("app") };
  for (
    const [options, name] of [[{ app }, "app"], [
      { transport: appTransport(app) },
      "transport",
    ]] as const
  ) {
    await using session = new ClientSession(options);
    await assertRejects(
      () => session.wsConnect("ws://127.0.0.1:9/"),
      NotSupportedError,
      `A WebSocket in a session with ${name}`,
    );
  }
});

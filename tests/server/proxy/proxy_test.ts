import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { web, WSMsgType } from "@roundtrip/http";
import { rawRequest } from "../../_raw.ts";
import { serve } from "../../_harness.ts";
import { freePort } from "../../_process.ts";

const TEXT = "hello gzip ".repeat(200);

async function gzipped(): Promise<Response> {
  const body = new Blob([TEXT]).stream().pipeThrough(new CompressionStream("gzip"));
  const bytes = await new Response(body).bytes();
  return new Response(bytes, { headers: { "content-encoding": "gzip" } });
}

/** The upstream server. */
const BEHIND: web.RouteDef[] = [
  web.route("*", "/echo", async (request) => {
    const head = [...request.headers].map(([name, value]) => `${name}: ${value}\n`).join("");
    return web.textResponse(
      `${request.method} ${request.relUrl}\n${head}\n${await request.text()}`,
    );
  }),
  web.get("/gzip", gzipped),
  web.get("/away", () => Response.redirect("http://example.com/", 302)),
  web.get("/cookies", () => {
    const headers = new Headers({ "keep-alive": "timeout=1", "x-kept": "1" });
    for (const cookie of ["a=1", "b=2"]) headers.append("set-cookie", cookie);
    return new Response("", { status: 201, headers });
  }),
  web.get("/never", () => new Promise<Response>(() => {})),
  web.get("/stream", async (request) => {
    const response = new web.StreamResponse();
    await response.prepare(request);
    await response.write("one");
    await new Promise((resolve) => request.signal.addEventListener("abort", resolve));
    return response;
  }),
  web.get("/size", () => new Response("12345")),
  web.get(
    "/ws",
    web.webSocket(async (socket, request) => {
      await socket.sendStr(`${socket.protocol} ${request.headers.get("x-forwarded-for")}`);
      for await (const message of socket) {
        if (message.type === WSMsgType.BINARY) await socket.sendBytes(message.data);
        if (message.type !== WSMsgType.TEXT) continue;
        if (message.data === "close") await socket.close(4001, "bye");
        else await socket.sendStr(message.data.toUpperCase());
      }
    }, { protocols: ["chat"], checkOrigin: () => true }),
  ),
];

function routesTo(baseUrl: string, options: web.ProxyOptions = {}): web.RouteDef[] {
  return [
    web.route(
      "*",
      "/{path:.*}",
      async (request) => await web.proxy(request, `${baseUrl}${request.relUrl}`, options),
    ),
  ];
}

Deno.test("web.proxy() forwards requests and replies", async () => {
  await using behind = await serve(BEHIND);
  await using front = await serve(routesTo(behind.baseUrl, { headers: { "x-by": "front" } }));
  const port = Number(new URL(front.baseUrl).port);
  const echo = await rawRequest(
    port,
    "GET /echo?a=%20b HTTP/1.1\r\nHost: front.example\r\nConnection: close, x-hop\r\nX-Hop: 1\r\n" +
      "TE: trailers\r\nProxy-Authorization: Basic eA==\r\nX-Kept: 1\r\nX-By: client\r\n" +
      "Forwarded: for=192.0.2.1\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Host: evil\r\n",
  );
  assertStringIncludes(echo, "GET /echo?a=%20b\n");
  for (
    const line of [
      "forwarded: for=192.0.2.1, for=127.0.0.1;host=front.example;proto=http",
      "x-forwarded-for: 192.0.2.1, 127.0.0.1",
      "x-forwarded-host: front.example",
      "x-forwarded-proto: http",
      "x-kept: 1",
      "x-by: front",
      `host: ${new URL(behind.baseUrl).host}`,
    ]
  ) assertStringIncludes(echo, `\n${line}\n`);
  for (const gone of ["x-hop", "te:", "proxy-authorization", "\nconnection:"]) {
    assert(!echo.split("\r\n\r\n")[1]?.includes(gone), gone);
  }

  const rows: [path: string, init: RequestInit, status: number, text: RegExp][] = [
    ["/echo", { method: "POST", body: "x".repeat(100_000) }, 200, /x{100000}$/],
    ["/echo", { method: "DELETE" }, 200, /^DELETE(?![^]*transfer-encoding)/],
    ["/gzip", {}, 200, new RegExp(`^${TEXT}$`)],
    ["/away", { redirect: "manual" }, 302, /^$/],
    ["/cookies", {}, 201, /^$/],
    ["/none", {}, 404, /^404: Not Found$/],
  ];
  for (const [path, init, status, text] of rows) {
    const response = await fetch(`${front.baseUrl}${path}`, init);
    assertEquals(response.status, status, path);
    assertMatch(await response.text(), text, path);
    if (path === "/away") assertEquals(response.headers.get("location"), "http://example.com/");
    if (path !== "/cookies") continue;
    assertEquals(response.headers.getSetCookie(), ["a=1", "b=2"]);
    assertEquals([response.headers.get("x-kept"), response.headers.get("keep-alive")], ["1", null]);
  }
  const head = await fetch(`${front.baseUrl}/size`, { method: "HEAD" });
  assertEquals(head.headers.get("content-length"), "5");
});

Deno.test("web.proxy() streams, and ends with the client", async () => {
  await using behind = await serve(BEHIND);
  await using front = await serve(routesTo(behind.baseUrl));
  const stop = new AbortController();
  const response = await fetch(`${front.baseUrl}/stream`, { signal: stop.signal });
  const reader = response.body?.getReader();
  assertEquals(new TextDecoder().decode((await reader?.read())?.value), "one");
  stop.abort(); // the handler behind ends with it, or the end of the test would wait for it
  await reader?.closed.catch(() => {});
});

Deno.test("web.proxy() passes on a body that was read, and asks an application in process", async () => {
  const behind = new web.Application();
  behind.addRoutes(BEHIND);
  const app = new web.Application({
    middlewares: [async (request, handler) => {
      await request.text();
      return await handler(request);
    }],
  });
  app.addRoutes(routesTo("http://behind", { fetch: behind.fetch }));
  const response = await app.request("/echo", {
    method: "POST",
    body: "read",
    headers: { "content-length": "4" },
  });
  assertMatch(await response.text(), /\n\nread$/);
});

Deno.test("web.proxy() reports errors", async () => {
  await using behind = await serve(BEHIND);
  const dead = `http://127.0.0.1:${freePort()}`;
  await using late = await serve(routesTo(behind.baseUrl, { timeout: 50 }));
  await using gone = await serve(routesTo(dead));
  const rows: [url: string, status: number, text: string][] = [
    [`${late.baseUrl}/never`, 504, "504: the upstream server did not answer"],
    [`${gone.baseUrl}/`, 502, "502: the upstream server cannot be reached"],
  ];
  for (const [url, status, text] of rows) {
    const response = await fetch(url);
    assertEquals([response.status, await response.text()], [status, text]);
  }
  await assertRejects(() => gone.session.wsConnect("/ws"), Error, "502");
  const request = web.makeRequest("GET", "/");
  for (const url of ["ftp://a/", "/a", ""]) {
    await assertRejects(() => web.proxy(request, url), TypeError, `Cannot proxy to "${url}"`);
  }
  await assertRejects(
    () => web.proxy(request, "http://a/", { timeuot: 1 } as never),
    TypeError,
    'did you mean "timeout"',
  );
});

Deno.test("web.proxy() connects WebSockets", async () => {
  await using behind = await serve(BEHIND);
  await using front = await serve(routesTo(behind.baseUrl));
  await using ws = await front.session.wsConnect("/ws", {
    protocols: ["other", "chat"],
    origin: "https://page.example",
  });
  assertEquals([ws.protocol, await ws.receiveStr()], ["chat", "chat 127.0.0.1"]);
  const big = "x".repeat(200_000);
  await ws.sendStr(big);
  assertEquals(await ws.receiveStr(), big.toUpperCase());
  await ws.sendBytes(Uint8Array.of(1, 2));
  assertEquals(await ws.receiveBytes(), Uint8Array.of(1, 2));
  await ws.sendStr("close");
  const { type, data } = await ws.receive();
  assertEquals([type, data, ws.closeCode], [WSMsgType.CLOSE, 4001, 4001]);
  await using plain = await front.session.wsConnect("/ws");
  assertEquals(await plain.receiveStr(), "null 127.0.0.1");
  await plain.close(3000, "done");
});

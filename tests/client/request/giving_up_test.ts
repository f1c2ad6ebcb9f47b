/** Aborted requests close their bodies, files and generators, and late responses. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  appTransport,
  ClientConnectionError,
  ClientResponseError,
  ClientSession,
  fetchTransport,
  FormBody,
  InvalidURLRedirectError,
  MultipartWriter,
  NotSupportedError,
  type RequestOptions,
  ServerTimeoutError,
  socketTransport,
  type TraceConfig,
  type Transport,
} from "@roundtrip/http";
import { payloadOf } from "../../../client/body/payload_of.ts";
import { rawServer, reply } from "../_raw_server.ts";
import { overEachApp } from "../_transports.ts";
import { until } from "../../_until.ts";

function isOpen(file: Deno.FsFile): boolean {
  try {
    file.statSync();
    return true;
  } catch {
    return false;
  }
}

overEachApp("a progress callback that throws ends the download", async (serve) => {
  let isCancelled = false;
  await using served = serve(() =>
    new Response(
      new ReadableStream({
        async pull(controller) {
          await new Promise((resolve) => setTimeout(resolve, 1));
          controller.enqueue(new Uint8Array(1000));
        },
        cancel: () => void (isCancelled = true),
      }),
    )
  );
  const fault = (): never => {
    throw new Error("no more");
  };
  const ROWS: readonly (readonly [RequestOptions, TraceConfig])[] = [
    [{ onDownloadProgress: fault }, {}],
    [{}, { onResponseChunkReceived: fault }],
  ];
  for (const [options, trace] of ROWS) {
    for (const whole of [true, false]) {
      isCancelled = false;
      await using session = new ClientSession({ ...served.options, traceConfigs: [trace] });
      const { content } = await session.get("/", options);
      await assertRejects(() => whole ? content.read() : content.readAny(), Error, "no more");
      await until(() => isCancelled);
    }
  }
});

overEachApp("a progress callback that throws ends the upload", async (serve) => {
  await using served = serve(async (request) => {
    await request.bytes();
    return new Response();
  });
  const fault = (): never => {
    throw new Error("no more");
  };
  const ROWS: readonly (readonly [RequestOptions, TraceConfig])[] = [
    [{ onUploadProgress: fault }, {}],
    [{}, { onRequestChunkSent: fault }],
  ];
  for (const [options, trace] of ROWS) {
    let isLeft = false;
    const endless = async function* (): AsyncGenerator<Uint8Array<ArrayBuffer>> {
      try {
        for (;;) {
          yield new Uint8Array(10);
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      } finally {
        isLeft = true;
      }
    };
    await using session = new ClientSession({ ...served.options, traceConfigs: [trace] });
    await assertRejects(() => session.post("/", { ...options, data: endless() }), Error, "no more");
    await until(() => isLeft);
  }
});

overEachApp("an abort while the body of an error is read is the abort's error", async (serve) => {
  await using served = serve(() =>
    new Response(
      new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(3)) }),
      { status: 500 },
    )
  );
  await using session = new ClientSession({ ...served.options, raiseForStatus: true });
  const limited = session.get("/", { timeout: { total: 50 } });
  await assertRejects(() => limited, ServerTimeoutError);
  const controller = new AbortController();
  setTimeout(() => controller.abort(new RangeError("the caller's")), 50);
  const aborted = session.get("/", { signal: controller.signal });
  await assertRejects(() => aborted, RangeError, "the caller's");
});

overEachApp("a body that breaks off leaves the status of its error", async (serve) => {
  await using served = serve(() =>
    new Response(
      new ReadableStream({ pull: (controller) => controller.error("broken") }),
      { status: 500 },
    )
  );
  await using session = new ClientSession({ ...served.options, raiseForStatus: true });
  const error = await assertRejects(() => session.get("/"), ClientResponseError);
  assertEquals([error.status, error.body], [500, null]);
  await using response = await session.get("/", { raiseForStatus: false });
  response.release();
  assertEquals((await response.statusError())?.status, 500);
});

const REFUSED: Readonly<Record<string, (session: ClientSession) => [string, RequestOptions]>> = {
  "credentials twice": () => ["/", {
    auth: { login: "a" },
    headers: { authorization: "x" },
  }],
  "an invalid URL": () => ["http://[bad", {}],
  "a coding twice": () => ["/", { compress: "gzip", headers: { "content-encoding": "x" } }],
  "no coding": () => ["/", { compress: "lzma" as "gzip" }],
  "an invalid length": () => ["/", { headers: { "content-length": "+1" } }],
  "an invalid cookie": () => ["/", { cookies: { a: "b\n" } }],
  "invalid timeouts": () => ["/", { timeout: { total: -1 } }],
  "no connection": () => ["http://127.0.0.1:1/", {}],
  "an abort before": () => ["/", { signal: AbortSignal.abort(new Error("before")) }],
  "a closed session": (session) => (session.close(), ["/", {}]),
};
const DATA = {
  "a file": (file: Deno.FsFile) => file,
  "a form": (file: Deno.FsFile) => new FormBody().addField("f", file, { filename: "x" }),
  "a multipart writer": (file: Deno.FsFile) =>
    new MultipartWriter("form-data").append("a", { name: "a" })
      .append(file, { name: "f", filename: "x" }),
} as const;
for (const [name, make] of Object.entries(REFUSED)) {
  Deno.test(`a request refused for ${name} leaves no file open`, async () => {
    const path = await Deno.makeTempFile();
    await Deno.writeTextFile(path, "content");
    for (const [kind, wrap] of Object.entries(DATA)) {
      await using session = new ClientSession({ baseUrl: "http://127.0.0.1:1/" });
      const file = await Deno.open(path);
      const [url, options] = make(session);
      await assertRejects(() => session.post(url, { ...options, data: wrap(file) }));
      await until(() => !isOpen(file), () => `${kind} is open`);
    }
    await Deno.remove(path);
  });
}

Deno.test("a late response of an application is cancelled", async () => {
  let isCancelled = false;
  const { promise, resolve } = Promise.withResolvers<Response>();
  await using session = new ClientSession({ app: { fetch: () => promise } });
  await assertRejects(() => session.get("/", { timeout: { total: 20 } }), ServerTimeoutError);
  resolve(new Response(new ReadableStream({ cancel: () => void (isCancelled = true) })));
  await until(() => isCancelled);
});

Deno.test("a body with GET is not supported in process", async () => {
  await using session = new ClientSession({ app: { fetch: () => new Response() } });
  for (const method of ["GET", "HEAD"]) {
    await assertRejects(
      () => session.request(method, "/", { data: "x" }),
      NotSupportedError,
      `A body with ${method}`,
    );
  }
});

overEachApp("a redirect to credentials that cannot be sent is its own error", async (serve) => {
  const headers = { location: "http://a%3Ab:secret@127.0.0.1:1/" };
  await using served = serve(() => new Response(null, { status: 302, headers }));
  await using session = new ClientSession(served.options);
  const error = await assertRejects(() => session.get("/"), InvalidURLRedirectError);
  assert(error.cause instanceof TypeError && !error.message.includes("secret"), error.message);
});

Deno.test("traces get exactly one end event or exception per request", async () => {
  const seen: string[] = [];
  const traceConfigs = [{
    onRequestEnd: () => void seen.push("end"),
    onRequestException: () => void seen.push("exception"),
  }];
  const app = {
    fetch: (r: Request) => new Response("x", { status: r.url.endsWith("b") ? 500 : 200 }),
  };
  await using session = new ClientSession({ app, traceConfigs, raiseForStatus: true });
  await (await session.get("/a")).text();
  await assertRejects(() => session.get("/b"), ClientResponseError);
  await (await session.get("/b", { raiseForStatus: false })).text();
  assertEquals(seen, ["end", "exception", "end"]);
});

Deno.test("a file that is sent again is only read by the latest stream", async () => {
  const path = await Deno.makeTempFile();
  const content = new Uint8Array(3_000_000).map((_, at) => at * 2654435761 >>> 13);
  await Deno.writeFile(path, content);
  const payload = payloadOf(await Deno.open(path));
  const first = payload.stream().getReader();
  assertEquals((await first.read()).value?.length, 512 * 1024);
  const late = assertRejects(() => first.read(), Error, "sent again"); // reading the second chunk
  const second = payload.stream();
  await late;
  assertEquals(await new Response(second).bytes(), content);
  await assertRejects(() => first.read(), Error, "sent again");
  payload.close?.();
  await Deno.remove(path);
});

Deno.test("a file is complete if the server redirects before reading it", async () => {
  const path = await Deno.makeTempFile();
  const content = new Uint8Array(8_000_000).map((_, at) => at * 2654435761 >>> 13);
  await Deno.writeFile(path, content);
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (r) => {
    if (new URL(r.url).pathname === "/to") return Response.json(await digestOf(await r.bytes()));
    const reader = r.body?.getReader();
    await reader?.read();
    return new Response(null, { status: 307, headers: { location: "/to" } });
  });
  await using session = new ClientSession({ baseUrl: `http://127.0.0.1:${server.addr.port}` });
  const expected = await digestOf(content);
  for (let n = 0; n < 3; n++) {
    await using response = await session.put("/", { data: await Deno.open(path) });
    assertEquals(await response.json(), expected);
  }
  await Deno.remove(path);
});

async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<number[]> {
  return [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))];
}

Deno.test("the error has only the status if its body was cancelled before", async () => {
  await using session = new ClientSession({
    app: { fetch: () => new Response("x", { status: 404 }) },
  });
  const response = await session.get("/");
  response.release();
  assertEquals((await response.statusError())?.body, null);
  await assertRejects(() => response.text(), ClientConnectionError);
});

Deno.test("a request is aborted through a transport that passes on a copy of the hop", async () => {
  const slowly = <T>(answer: T): Promise<T> =>
    new Promise((resolve) => setTimeout(() => resolve(answer), 200));
  const app = { fetch: () => slowly(new Response("late")) };
  await using server = rawServer(() => slowly(reply("late")));
  const inner: readonly Transport[] = [socketTransport(), fetchTransport(), appTransport(app)];
  for (const each of inner) {
    const transport: Transport = {
      send: (hop) => each.send({ ...hop }),
      close: () => each.close(),
    };
    await using session = new ClientSession({ transport, timeout: { total: 50 } });
    await assertRejects(() => session.get(server.url), ServerTimeoutError);
  }
});

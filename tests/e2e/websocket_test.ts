import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  ClientSession,
  type ClientWebSocketResponse,
  SchemaValidationError,
  type StandardSchemaV1,
  web,
  WebSocketClosedError,
  type WebSocketConnectOptions,
  WebSocketTimeoutError,
  type WSMessage,
  WSMessageTypeError,
  WSMsgType,
} from "@roundtrip/http";
import { type ErrorType, serve } from "../_harness.ts";

interface Pair extends AsyncDisposable {
  readonly client: ClientWebSocketResponse;
  readonly server: web.WebSocketResponse;
  /** Makes the handler return or throw. */
  end(error?: Error): void;
}

/** Both ends of one socket; the handler waits until `end()`. */
async function pair(
  serverOptions: web.WebSocketResponseOptions = {},
  clientOptions: WebSocketConnectOptions = {},
): Promise<Pair> {
  const reached = Promise.withResolvers<web.WebSocketResponse>();
  const handled = Promise.withResolvers<void>();
  const served = await serve([web.get(
    "/ws",
    web.webSocket((socket) => {
      reached.resolve(socket);
      return handled.promise;
    }, serverOptions),
  )]);
  const client = await served.session.wsConnect("/ws", clientOptions);
  const server = await reached.promise;
  return {
    client,
    server,
    end: (error) => error === undefined ? handled.resolve() : handled.reject(error),
    async [Symbol.asyncDispose]() {
      handled.resolve();
      await client.close();
      await served[Symbol.asyncDispose]();
    },
  };
}

const shown = ({ type, data, ...rest }: WSMessage): unknown[] => [
  type,
  data instanceof Error ? `${data.name}: ${data.message}` : data,
  ...Object.values(rest),
];
const CLOSED = [WSMsgType.CLOSED, null];

type Case = (pair: Pair) => Promise<unknown>;

/** Actions, and the results at both ends. */
const CASES: [name: string, run: Case, expected: unknown, options?: {
  server?: web.WebSocketResponseOptions;
  client?: WebSocketConnectOptions;
}][] = [
  [
    "a close of the server comes as CLOSE, then CLOSED for ever",
    async ({ client, server }) => {
      const closing = server.close(4001, "bye");
      const seen = [shown(await client.receive())];
      for (let i = 0; i < 7; i++) seen.push(shown(await client.receive()));
      return [await closing, client.closeCode, server.closeCode, ...seen];
    },
    [true, 4001, 4001, [WSMsgType.CLOSE, 4001, "bye"], ...Array(7).fill(CLOSED)],
  ],
  [
    "the fifth receive() on a closed server socket is an error",
    async ({ client, server }) => {
      await client.close();
      const seen = [shown(await server.receive())];
      for (let i = 0; i < 4; i++) seen.push(shown(await server.receive()));
      const error = await assertRejects(() => server.receive(), WebSocketClosedError);
      return [...seen, error.message];
    },
    [[WSMsgType.CLOSE, 1000, ""], CLOSED, CLOSED, CLOSED, CLOSED, "WebSocket connection is closed"],
  ],
  ["iteration stops at the close", async ({ client, server }) => {
    await server.sendStr("a");
    await server.sendBytes(Uint8Array.of(1));
    server.close();
    const seen = [];
    for await (const message of client) seen.push(shown(message));
    return seen;
  }, [[WSMsgType.TEXT, "a"], [WSMsgType.BINARY, Uint8Array.of(1)]]],
  ["a close of the client has its code on the server, a second close() is false", async (
    { client, server },
  ) => {
    const first = await client.close(4000);
    const message = shown(await server.receive());
    return [first, await client.close(), await server.close(), message, server.closeCode];
  }, [true, false, false, [WSMsgType.CLOSE, 4000, ""], 4000]],
  ["a handler that returns closes with 1000", async ({ client, end }) => {
    end();
    return [shown(await client.receive()), client.closeCode];
  }, [[WSMsgType.CLOSE, 1000, ""], 1000]],
  ["a handler that throws closes with 1011", async ({ client, end }) => {
    end(new Error("secret"));
    return [shown(await client.receive()), client.closeCode];
  }, [[WSMsgType.CLOSE, 1011, "Internal server error"], 1011]],
  ["the server takes what is below maxMsgSize and refuses what reaches it", async (
    { client, server },
  ) => {
    await client.sendStr("x".repeat(19));
    await client.sendStr("x".repeat(20));
    const first = (await server.receiveStr()).length;
    return [
      first,
      shown(await server.receive()),
      shown(await server.receive()),
      shown(await client.receive()),
      server.closeCode,
    ];
  }, [
    19,
    [WSMsgType.ERROR, "WebSocketLimitError: Message size 20 exceeds limit 20"],
    CLOSED,
    [WSMsgType.CLOSE, 1009, "Message size 20 exceeds limit 20"],
    1009,
  ], { server: { maxMsgSize: 20 } }],
  ["the client does the same", async ({ client, server }) => {
    await server.sendStr("x".repeat(19));
    await server.sendStr("x".repeat(20));
    return [
      (await client.receiveStr()).length,
      shown(await client.receive()),
      shown(await client.receive()),
      (await server.receive()).data,
      client.closeCode,
    ];
  }, [
    19,
    [WSMsgType.ERROR, "WebSocketLimitError: Message size 20 exceeds limit 20"],
    CLOSED,
    1009,
    1009,
  ], { client: { maxMsgSize: 20 } }],
  [
    "the size counts in bytes of UTF-8",
    async ({ client, server }) => {
      await client.sendStr("жж€"); // 7 bytes
      await client.sendStr("😀😀"); // 8 bytes
      return [await server.receiveStr(), shown(await server.receive())];
    },
    ["жж€", [WSMsgType.ERROR, "WebSocketLimitError: Message size 8 exceeds limit 8"]],
    {
      server: { maxMsgSize: 8 },
    },
  ],
  [
    "0 turns the limit off",
    async ({ client, server }) => {
      await client.sendBytes(new Uint8Array(5 * 1024 ** 2));
      const size = (await server.receiveBytes()).length;
      await server.sendBytes(new Uint8Array(size + 1));
      return [size, (await client.receiveBytes()).length];
    },
    [5 * 1024 ** 2, 5 * 1024 ** 2 + 1],
    { server: { maxMsgSize: 0 }, client: { maxMsgSize: 0 } },
  ],
  ["4 MiB is the default limit", async ({ client, server }) => {
    await client.sendBytes(new Uint8Array(4 * 1024 ** 2 - 1));
    await client.sendBytes(new Uint8Array(4 * 1024 ** 2));
    return [(await server.receiveBytes()).length, (await server.receive()).type];
  }, [4 * 1024 ** 2 - 1, WSMsgType.ERROR]],
  [
    "receive() times out and the socket stays open",
    async ({ client, server }) => {
      const late = await assertRejects(
        () => server.receive({ timeout: 20 }),
        WebSocketTimeoutError,
      );
      const lateToo = await assertRejects(() => client.receive(), WebSocketTimeoutError);
      await client.sendStr("after");
      await server.sendStr("after");
      return [
        late.message,
        lateToo.limit,
        server.closeCode,
        client.closeCode,
        client.closed,
        await server.receiveStr(),
        await client.receiveStr({ timeout: 0 }),
      ];
    },
    ["No message received after 20 ms", 30, null, 1006, false, "after", "after"],
    {
      client: { timeout: { receive: 30 } },
    },
  ],
  [
    "a second receive() at a time is an error",
    async ({ client, server }) => {
      const errors = [];
      for (const socket of [client, server]) {
        const first = socket.receive();
        const error = await assertRejects(() => socket.receive(), TypeError);
        const iterated = await assertRejects(
          () => socket[Symbol.asyncIterator]().next(),
          TypeError,
        );
        errors.push(error.message, iterated.message);
        await (socket === client ? server : client).sendStr("x");
        errors.push((await first).data);
      }
      return errors;
    },
    Array(2).fill([
      "Concurrent call to receive() is not allowed",
      "Concurrent call to receive() is not allowed",
      "x",
    ]).flat(),
  ],
  [
    "autoping: false shows pings and pongs",
    async ({ client }) => {
      await client.ping("p");
      return [shown(await client.receive())];
    },
    [[WSMsgType.PONG, new TextEncoder().encode("p")]],
    { client: { autoping: false } },
  ],
  ["sends are checked by type", async ({ client, server }) => {
    const messages = [];
    // deno-lint-ignore no-explicit-any -- calls without types
    const wrong: any[] = [Uint8Array.of(1), 1, null, undefined];
    for (const socket of [client, server]) {
      for (const each of wrong) {
        messages.push((await assertRejects(() => socket.sendStr(each), TypeError)).message);
      }
      // deno-lint-ignore no-explicit-any -- the same
      messages.push((await assertRejects(() => socket.sendBytes("x" as any), TypeError)).message);
      await assertRejects(() => socket.sendJson(undefined), TypeError, "no form for undefined");
      const promise = socket.sendJson(1n); // it rejects, it does not throw
      await assertRejects(() => promise, TypeError, "BigInt");
    }
    return messages.slice(0, 5);
  }, [
    "Cannot send text: expected a string, got object",
    "Cannot send text: expected a string, got number",
    "Cannot send text: expected a string, got null",
    "Cannot send text: expected a string, got undefined",
    "Cannot send bytes: expected a Uint8Array, got string",
  ]],
  ["receiveStr() refuses binary, receiveBytes() text, both the end", async (
    { client, server },
  ) => {
    await client.sendBytes(new TextEncoder().encode("bin"));
    await client.sendStr("text");
    const messages = [
      await assertRejects(() => server.receiveStr(), WSMessageTypeError),
      await assertRejects(() => server.receiveBytes(), WSMessageTypeError),
    ];
    await client.close();
    messages.push(await assertRejects(() => server.receiveJson(), WSMessageTypeError));
    return messages.map(({ message }) => message);
  }, [
    "Received message 2:3 bytes is not WSMsgType.TEXT",
    'Received message 1:"text" is not WSMsgType.BINARY',
    "Received message 8:1000 is not WSMsgType.TEXT",
  ]],
  ["nothing is written to a closed socket", async ({ client, server }) => {
    await client.close();
    await server.receive();
    const messages = [];
    for (const socket of [client, server]) {
      messages.push(
        (await assertRejects(() => socket.sendStr("x"), WebSocketClosedError)).message,
      );
    }
    await assertRejects(() => client.ping(), WebSocketClosedError);
    return messages;
  }, Array(2).fill("Cannot write to closing transport")],
  ["JSON goes both ways", async ({ client, server }) => {
    await client.sendJson({ a: [1, null, "ж"] });
    await server.sendJson(await server.receiveJson());
    return await client.receiveJson();
  }, { a: [1, null, "ж"] }],
  ["bytes come from buffers and views", async ({ client, server }) => {
    const { buffer } = Uint8Array.of(1, 2, 3, 4);
    await client.sendBytes(buffer);
    await client.sendBytes(new DataView(buffer, 1, 2));
    await client.sendBytes(new Uint16Array(buffer, 2));
    return [await server.receiveBytes(), await server.receiveBytes(), await server.receiveBytes()];
  }, [Uint8Array.of(1, 2, 3, 4), Uint8Array.of(2, 3), Uint8Array.of(3, 4)]],
  ["empty messages and a byte order mark arrive as they are", async ({ client, server }) => {
    for (const text of ["", "\ufeffa", "\0"]) await client.sendStr(text);
    await client.sendBytes(new Uint8Array());
    const seen = [await server.receiveStr(), await server.receiveStr(), await server.receiveStr()];
    for (const text of seen) await server.sendStr(text);
    return [
      await server.receiveBytes(),
      await client.receiveStr(),
      await client.receiveStr(),
      await client.receiveStr(),
    ];
  }, [new Uint8Array(), "", "\ufeffa", "\0"]],
  ["close() while receive() waits gives it CLOSING, then CLOSED", async ({ client, server }) => {
    const seen = [];
    for (const socket of [client, server]) {
      const waiting = socket.receive();
      const closing = socket.close();
      seen.push(shown(await waiting), (await closing, shown(await socket.receive())));
      if (socket === client) break; // one socket closes once
    }
    return [...seen, shown(await server.receive())];
  }, [[WSMsgType.CLOSING, null], CLOSED, [WSMsgType.CLOSE, 1000, ""]]],
  ["the server's close() while its receive() waits does the same", async ({ server }) => {
    const waiting = server.receive();
    const closing = server.close();
    return [shown(await waiting), await closing, shown(await server.receive())];
  }, [[WSMsgType.CLOSING, null], true, CLOSED]],
];
for (const [name, run, expected, options = {}] of CASES) {
  Deno.test(`WebSockets: ${name}`, async () => {
    await using ends = await pair(options.server, options.client);
    assertEquals(await run(ends), expected);
  });
}

const CODES = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4999];
Deno.test("every valid close code arrives, from either side", async () => {
  for (const code of CODES) {
    await using ends = await pair();
    const closing = ends.server.close(code, "why"); // it waits for the client, which answers as it reads
    assertEquals(shown(await ends.client.receive()), [WSMsgType.CLOSE, code, "why"]);
    await closing;
    if (code === 1014) continue; // Deno 2.9.6 takes it for an invalid code; ws does not
    await using others = await pair();
    await others.client.close(code, "why");
    assertEquals(shown(await others.server.receive()), [WSMsgType.CLOSE, code, "why"]);
  }
});

const WRONG: [unknown, unknown, ErrorType, string][] = [
  ...[999, 1004, 1005, 1006, 1015, 2999, 5000, 1.5, NaN, -1].map((
    code,
  ): [unknown, unknown, ErrorType, string] => [code, "", RangeError, `code ${code}`]),
  [1000, 7, TypeError, "type number"],
  [1000, { toString: () => "x" }, TypeError, "type object"],
  [1000, "x".repeat(124), RangeError, "124 bytes"],
  [1000, "\ud800".repeat(42), RangeError, "126 bytes"],
];
Deno.test("close() refuses invalid codes and reasons, and the socket stays open", async () => {
  await using ends = await pair();
  for (const socket of [ends.client, ends.server]) {
    for (const [code, reason, type, message] of WRONG) {
      await assertRejects(() => socket.close(code as number, reason as string), type, message);
    }
  }
  await ends.client.sendStr("open");
  assertEquals(await ends.server.receiveStr(), "open");
});

Deno.test("receiveJson() and iterJson() check messages by a Standard Schema, and are typed by it", async () => {
  const schema: StandardSchemaV1<unknown, { n: number }> = {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (value) => {
        const n = (value as { n?: unknown } | null)?.n;
        return typeof n === "number"
          ? { value: { n } }
          : { issues: [{ message: "expected a number", path: ["n"] }] };
      },
    },
  };
  const served = await serve([web.get(
    "/ws",
    web.webSocket(async (socket) => {
      const { n } = await socket.receiveJson(); // a number, for the compiler too
      await socket.sendJson({ n: n + 1 });
      await socket.sendJson({ n: n + 2 });
      await socket.sendJson({ n: "x" });
    }, { schema }),
  )]);
  await using _served = served;
  await using ws = await served.session.wsConnect("/ws", { schema });
  await ws.sendJson({ n: 1, extra: true });
  assertEquals(await ws.receiveJson(), { n: 2 });
  const numbers: number[] = [];
  const error = await assertRejects(async () => {
    for await (const { n } of ws.iterJson()) numbers.push(n);
  }, SchemaValidationError);
  assertEquals(numbers, [3]);
  assertEquals(error.message, "Cannot accept the WebSocket message: n: expected a number");
  assertEquals(error.issues.length, 1);
});

Deno.test("methods before prepare() throw, and prepare() is done once", async () => {
  const socket = new web.WebSocketResponse();
  assertEquals([socket.prepared, socket.closed, socket.closeCode, socket.exception()], [
    false,
    false,
    null,
    null,
  ]);
  const calls = [
    () => socket.receive(),
    () => socket.receiveStr(),
    () => socket.sendStr("x"),
    () => socket.close(),
  ];
  for (const call of calls) {
    await assertRejects(async () => void await call(), TypeError, "Call prepare() first");
  }
  let second: unknown;
  await using served = await serve([web.get("/ws", async (request) => {
    const own = new web.WebSocketResponse();
    await own.prepare(request);
    second = await own.prepare(request).catch((error) => error);
    return own;
  })]);
  await using ws = await served.session.wsConnect("/ws");
  await ws.receive();
  assertInstanceOf(second, TypeError);
});

Deno.test("the handler's socket and the session's close when their owners do: 1001", async () => {
  const app = new web.Application();
  const handled: web.WebSocketResponse[] = [];
  const over = Promise.withResolvers<void>();
  app.addRoutes([web.get(
    "/ws",
    web.webSocket(async (socket) => {
      for await (const _ of socket);
      handled.push(socket);
      if (handled.length === 4) over.resolve();
    }),
  )]);
  const runner = new web.AppRunner(app, { shutdownTimeout: 5_000 });
  const baseUrl = await runner.listen({ hostname: "127.0.0.1", port: 0 });
  await using session = new ClientSession({ baseUrl });
  const leaving = new ClientSession({ baseUrl });
  await leaving.wsConnect("/ws");
  await leaving.close();
  await assertRejects(() => leaving.wsConnect("/ws"), TypeError, "session is closed");
  const sockets = await Promise.all([1, 2, 3].map(() => session.wsConnect("/ws")));
  const start = performance.now();
  const stopped = runner.cleanup();
  for (const socket of sockets) {
    // The reason is Deno's or ours, whichever comes first.
    assertEquals(shown(await socket.receive()).slice(0, 2), [WSMsgType.CLOSE, 1001]);
  }
  await stopped;
  await over.promise;
  // Deno's shutdown() closes sockets with 1001 too, and tells the server 1005 then.
  const codes = handled.map(({ closeCode }) => closeCode);
  assertEquals(codes[0], 1001);
  for (const code of codes) assert(code === 1001 || code === 1005, `${code}`);
  assert(performance.now() - start < 4_000, "the sockets were waited for one after the other");
});

Deno.test("200 clients get their sequence numbers in order, none lost", async () => {
  await using served = await serve([web.get(
    "/ws",
    web.webSocket(async (socket) => {
      for await (const message of socket) {
        if (message.type === WSMsgType.TEXT) await socket.sendStr(message.data);
      }
    }),
  )]);
  const count = 50;
  await Promise.all(Array.from({ length: 200 }, async (_, client) => {
    await using ws = await served.session.wsConnect("/ws");
    const sending = (async () => {
      for (let n = 0; n < count; n++) await ws.sendStr(`${client}:${n}`);
    })();
    for (let n = 0; n < count; n++) assertEquals(await ws.receiveStr(), `${client}:${n}`);
    await sending;
  }));
});

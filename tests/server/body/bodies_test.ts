import { assert, assertEquals, assertRejects } from "@std/assert";
import { web } from "@roundtrip/http";
import { plainPort } from "../_engines.ts";

interface Logged {
  readonly app: web.Application;
  readonly errors: unknown[];
}

function quiet(options: web.ApplicationOptions = {}): Logged {
  const errors: unknown[] = [];
  const logger = { error: (_: string, error: unknown) => errors.push(error) };
  return { app: new web.Application({ ...options, logger }), errors };
}

function formOf(size: number): { readonly body: FormData; readonly bytes: Uint8Array } {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i += 1024) bytes[i] = (i >> 10) % 251;
  const body = new FormData();
  body.append("f", new Blob([bytes]), "a");
  return { body, bytes };
}

Deno.test("two readers of one uploaded file each get all of it", async () => {
  const { app } = quiet({ clientMaxSize: 0 });
  const { body, bytes } = formOf(8 * 1024 ** 2);
  let got: Uint8Array[] = [];
  app.addRoutes([web.post("/", async (request) => {
    const file = (await request.post()).file("f");
    if (file === undefined) throw new web.HTTPBadRequest();
    got = await Promise.all([file.bytes(), file.bytes(), new Response(file.file).bytes()]);
    return web.textResponse("");
  })]);
  assertEquals((await app.request("/", { method: "POST", body })).status, 200);
  assertEquals(got.length, 3);
  for (const each of got) {
    assertEquals(each.length, bytes.length);
    assert(each.every((byte, i) => byte === bytes[i]));
  }
});

Deno.test("post() answers 507 if the disk is full", async () => {
  const { write } = Deno.FsFile.prototype;
  const { app, errors } = quiet({ clientMaxSize: 0 });
  app.addRoutes([web.post("/", async (request) => {
    await request.post();
    return web.textResponse("");
  })]);
  Deno.FsFile.prototype.write = () =>
    Promise.reject(new Error("No space left on device (os error 28)"));
  try {
    const { body } = formOf(2 * 1024 ** 2);
    assertEquals((await app.request("/", { method: "POST", body })).status, 507);
  } finally {
    Deno.FsFile.prototype.write = write;
  }
  assertEquals(errors, []);
});

Deno.test({
  name: "a file that was only looked at is closed in the end",
  ignore: Deno.build.os !== "linux", // counts open files in /proc
  async fn() {
    const program = `
      import { web } from ${JSON.stringify(import.meta.resolve("../../../mod.ts"))};
      // By name: the runtime opens files of its own when it pleases.
      const open = () => [...Deno.readDirSync("/proc/self/fd")].filter(({ name }) => {
        try {
          return Deno.readLinkSync("/proc/self/fd/" + name).includes("roundtrip-upload-");
        } catch {
          return false; // the folder that is being read
        }
      }).length;
      const app = new web.Application({ clientMaxSize: 0 });
      app.addRoutes([web.post("/", async (request) => {
        const { file } = (await request.post()).file("f");
        return web.textResponse(file.locked ? "locked" : "looked at");
      })]);
      const body = new FormData();
      body.append("f", new Blob([new Uint8Array(2 * 1024 ** 2)]), "a");
      for (let i = 0; i < 6; i++) await (await app.request("/", { method: "POST", body })).text();
      const before = open();
      for (let i = 0; i < 500 && open() > 0; i++) {
        gc();
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      console.log(before > 0 && open() === 0);
    `;
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-check", "--config", "deno.json", "--v8-flags=--expose-gc", program],
    }).output();
    assertEquals(new TextDecoder().decode(stdout).trim(), "true", new TextDecoder().decode(stderr));
  },
});

const FORM = "multipart/form-data; boundary=B";
const PART = '--B\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n';
const HUGE = "Content-Length: 1000000000000";

Deno.test("a cloned request may have a form longer than the client's", async () => {
  const app = new web.Application();
  app.addRoutes([web.post("/", async (request) => {
    const body = new Blob([PART, "x".repeat(100_000), "\r\n--B--\r\n"]).stream();
    return web.textResponse(`${(await request.clone({ body }).post()).file("f")?.size}`);
  })]);
  await using server = await web.TestServer.start(app);
  const headers = { "content-type": FORM };
  const response = await fetch(server.url, { method: "POST", body: "short", headers });
  assertEquals(await response.text(), "100000");
});

const FLOODS: [name: string, path: string, type: string, length: string, status: string][] = [
  ["read()", "/read", "text/plain", HUGE, "413"],
  ["post(), announced", "/form", FORM, HUGE, "413"],
  ["multipart(), announced", "/multipart", FORM, HUGE, "413"],
  ["post(), chunked", "/form", FORM, "Transfer-Encoding: chunked", "413"],
  ["post(), malformed", "/form", "multipart/form-data", "Transfer-Encoding: chunked", "400"],
  ["multipart(), chunked", "/multipart", FORM, "Transfer-Encoding: chunked", "413"],
  ["no such path", "/nowhere", FORM, HUGE, "404"],
];

for (const [name, path, type, length, status] of FLOODS) {
  Deno.test(`an endless body is not read further after it was refused: ${name}`, async () => {
    const { app, errors } = quiet({ clientMaxSize: 1000, lingeringSize: 16 * 1024 ** 2 });
    app.addRoutes([
      web.post("/read", async (request) => web.textResponse(await request.text())),
      web.post("/form", async (request) => web.textResponse(`${(await request.post()).size}`)),
      web.post("/multipart", async (request) => {
        for await (const _ of await request.multipart({ maxTotalSize: 1000 }));
        return web.textResponse("");
      }),
    ]);
    await using runner = new web.AppRunner(app, { shutdownTimeout: 100 });
    const { port } = new URL(await runner.listen({ hostname: "127.0.0.1", port: 0 }));
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
    const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\n${length}\r\n\r\n`;
    const isChunked = length.startsWith("Transfer");
    const piece = new Uint8Array(64 * 1024).fill(97);
    let sent = 0;
    const sending = (async () => {
      const text = isChunked ? `${PART.length.toString(16)}\r\n${PART}\r\n` : PART;
      await connection.write(new TextEncoder().encode(head + text));
      for (;;) {
        if (isChunked) await connection.write(new TextEncoder().encode("10000\r\n"));
        for (let at = 0; at < piece.length;) {
          const written = await connection.write(piece.subarray(at));
          at += written;
          sent += written;
        }
        if (isChunked) await connection.write(new TextEncoder().encode("\r\n"));
      }
    })();
    let isOver = false;
    const over = sending.catch(() => {
      isOver = true; // the connection was closed
    });
    const buffer = new Uint8Array(4096);
    const read = await connection.read(buffer) ?? 0;
    const answer = new TextDecoder().decode(buffer.subarray(0, read));
    assertEquals(answer.slice(9, 12), status);
    assert(/\r\nconnection: close\r\n/i.test(answer), answer);
    for (let before = -1; !isOver && before !== sent;) {
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 500));
      assert(sent < 64 * 1024 ** 2, `the server went on reading: ${sent} bytes`);
    }
    connection.close();
    await over;
    assertEquals(errors, []);
  });
}

// Hono's adapter reads some of a response before it sends the head: an error meanwhile was its 500.
Deno.test("the 413 of a body in tiny pieces is a whole response for an engine of others", async () => {
  const { app, errors } = quiet({ clientMaxSize: 100 });
  app.addRoutes([web.post("/", async (request) => web.textResponse(await request.text()))]);
  const sent = Promise.withResolvers<void>();
  const cancelled = Promise.withResolvers<void>();
  const request = new Request("http://localhost/", {
    method: "POST",
    body: new ReadableStream({
      pull: (controller) => controller.enqueue(new TextEncoder().encode("1234567")),
      cancel: () => cancelled.resolve(),
    }),
  });
  const info = { completed: sent.promise, engine: plainPort };
  const response = await app.fetch(request, info);
  assertEquals(response.status, 413);
  assertEquals(await response.text(), "Maximum request body size 100 exceeded.");
  sent.resolve();
  await cancelled.promise; // the rest is the engine's
  assertEquals(errors, []);
});

Deno.test("an error for a short body leaves the connection as it is", async () => {
  const { app } = quiet();
  await using runner = new web.AppRunner(app, { shutdownTimeout: 100 });
  const { port } = new URL(await runner.listen({ hostname: "127.0.0.1", port: 0 }));
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
  const buffer = new Uint8Array(4096);
  for (let i = 0; i < 2; i++) {
    await connection.write(new TextEncoder().encode(
      "POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
    ));
    const read = await connection.read(buffer) ?? 0;
    const answer = new TextDecoder().decode(buffer.subarray(0, read));
    assert(answer.startsWith("HTTP/1.1 404"), answer);
    assert(!/connection: close/i.test(answer), answer);
  }
  connection.close();
});

Deno.test("small bodies of a connection come with their heads after the first one", async () => {
  const bodyTimeout = 54_321; // tells its timers from others: a read that has to wait sets one
  const { app } = quiet({ bodyTimeout });
  app.addRoutes([web.post("/", async (request) => web.jsonResponse(await request.json()))]);
  await using runner = new web.AppRunner(app);
  const { port } = new URL(await runner.listen({ hostname: "127.0.0.1", port: 0 }));
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
  const { setTimeout } = globalThis;
  let waits = 0;
  globalThis.setTimeout = ((work: () => void, ms?: number) => {
    if (ms === bodyTimeout) waits++;
    return setTimeout(work, ms);
  }) as typeof setTimeout;
  try {
    for (let i = 0; i < 5; i++) {
      const body = JSON.stringify("x".repeat(1500 - i));
      const text = `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
      await connection.write(new TextEncoder().encode(text));
      const buffer = new Uint8Array(4096);
      const answer = new TextDecoder().decode(
        buffer.subarray(0, await connection.read(buffer) ?? 0),
      );
      assert(answer.endsWith(body), answer);
      assertEquals(waits, 1, `request ${i}`);
    }
  } finally {
    globalThis.setTimeout = setTimeout;
  }
});

const CUTS: [name: string, length: string][] = [
  ["of a known length", "Content-Length: 1000000"],
  ["in chunks", "Transfer-Encoding: chunked"],
];

for (const [name, length] of CUTS) {
  Deno.test(`a client that disconnects during its upload ${name} is one line in the log, without a stack`, async () => {
    const readers: [path: string, read: (request: web.ServerRequest) => Promise<unknown>][] = [
      ["/read", (request) => request.read()],
      ["/content", (request) => request.content.read()],
      ["/form", (request) => request.post()],
      ["/raw", (request) => request.raw.arrayBuffer()],
    ];
    for (const [path, read] of readers) {
      const { app, errors } = quiet();
      const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
      const { promise: failed, resolve: fail } = Promise.withResolvers<unknown>();
      app.addRoutes([web.post(path, async (request) => {
        begin();
        try {
          await read(request);
        } catch (error) {
          fail(error);
          throw error;
        }
        return web.textResponse("");
      })]);
      await using runner = new web.AppRunner(app, { shutdownTimeout: 100 });
      const { port } = new URL(await runner.listen({ hostname: "127.0.0.1", port: 0 }));
      const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
      const start = length.startsWith("T") ? `1000\r\n${PART}` : PART;
      await connection.write(new TextEncoder().encode(
        `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: ${FORM}\r\n${length}\r\n\r\n${start}`,
      ));
      await begun;
      connection.close();
      assert(await failed instanceof Error, path);
      await new Promise((resolve) => setTimeout(resolve, 10));
      const cut = "The request body cannot be read: it is malformed, or was cut";
      assertEquals(errors, path === "/raw" ? [] : [cut], path);
    }
  });
}

Deno.test("saveFile() to a folder is a TypeError", async () => {
  const folder = await Deno.makeTempDir();
  for (const path of [folder, `${folder}/`]) {
    for (const onDuplicate of ["error", "overwrite", "rename"] as const) {
      await assertRejects(
        () => web.saveFile(new Blob(["a"]).stream(), path, { onDuplicate }),
        TypeError,
        "it is a folder. Add a name to it",
      );
    }
  }
  assertEquals([...Deno.readDirSync(folder)], []);
  await Deno.remove(folder);
});

/** The clients that people use, against `web.tusUploads()` over connections that break. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import { ClientResponseError, ClientSession } from "../../../client/mod.ts";
import * as web from "../../../server/mod.ts";

/** The part of tus-js-client that is used here. */
interface Upload {
  readonly url: string | null;
  start(): void;
  abort(terminate: boolean): Promise<void>;
}

// Not checked: the types of these packages bring those of browsers and Node for all files.
const load = async (name: string) => await import(name);
const { Upload } = await load("tus-js-client") as {
  readonly Upload: new (file: unknown, options: object) => Upload;
};
const { default: Uppy } = await load("@uppy/core");
const { default: Tus } = await load("@uppy/tus");

const SIZE = 3 * 1024 ** 2;

interface Server {
  readonly url: string;
  /** Files that were complete. */
  readonly files: web.TusFile[];
  /** Methods of the requests that were answered. */
  readonly methods: string[];
}

/** A server behind a relay that breaks its first connections, each after a megabyte. */
async function withServer(breaks: number, use: (server: Server) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const files: web.TusFile[] = [];
  const methods: string[] = [];
  const app = new web.Application({ logger: { error() {} } });
  app.middlewares.push((request, handler) => {
    methods.push(request.method);
    return handler(request);
  });
  app.addRoutes(
    web.tusUploads("/files", { folder, sha256: true, onComplete: (file) => void files.push(file) }),
  );
  await using runner = new web.AppRunner(app, { shutdownTimeout: 100 });
  const port = Number(new URL(await runner.listen({ hostname: "127.0.0.1", port: 0 })).port);
  using relay = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let left = breaks;
  const open = new Set<Deno.Conn>();
  const serving = (async () => {
    for await (const client of relay) {
      const server = await Deno.connect({ hostname: "127.0.0.1", port });
      open.add(client).add(server);
      server.readable.pipeTo(client.writable).catch(() => {});
      let count = 0;
      const cut = new TransformStream<Uint8Array, Uint8Array>({
        transform(piece, controller) {
          controller.enqueue(piece);
          count += piece.length;
          if (count < 1024 ** 2 || left <= 0) return;
          left--;
          controller.error(new Error("cut"));
          client.close();
          server.close();
        },
      });
      client.readable.pipeThrough(cut).pipeTo(server.writable).catch(() => {});
    }
  })();
  try {
    await use({ url: `http://127.0.0.1:${relay.addr.port}/files`, files, methods });
  } finally {
    relay.close();
    for (const each of open) {
      try {
        each.close();
      } catch {
        // It was cut.
      }
    }
    await serving.catch(() => {});
    await runner.cleanup();
    await Deno.remove(folder, { recursive: true });
  }
}

const bytes = (): Uint8Array<ArrayBuffer> => {
  const data = new Uint8Array(SIZE);
  for (let at = 0; at < SIZE; at += 65536) crypto.getRandomValues(data.subarray(at, at + 65536));
  return data;
};

async function check(files: readonly web.TusFile[], data: Uint8Array<ArrayBuffer>): Promise<void> {
  assertEquals(files.length, 1);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", data)).toHex();
  assertEquals([files[0]?.size, files[0]?.sha256], [SIZE, digest]);
  assertEquals(files[0]?.metadata.get("filename"), "ä.bin");
}

/** Outside of browsers the packages take a Buffer. */
const sourceOf = (data: Uint8Array<ArrayBuffer>) =>
  Object.assign(Buffer.from(data), { size: data.length });

const NETWORK = { sanitizeOps: false, sanitizeResources: false }; // sockets of the packages' agents

Deno.test("tus-js-client goes on after its connection broke", NETWORK, async () => {
  await withServer(1, async ({ url, files, methods }) => {
    const data = bytes();
    await new Promise<void>((resolve, reject) =>
      new Upload(sourceOf(data), {
        endpoint: url,
        retryDelays: [10, 50, 100],
        metadata: { filename: "ä.bin" },
        onError: reject,
        onSuccess: () => resolve(),
      }).start()
    );
    await check(files, data);
    assertEquals(methods.slice(0, 2), ["POST", "PATCH"]);
    assert(methods.includes("HEAD"), methods.join());
  });
});

Deno.test("tus-js-client: pieces, creation with data, termination", NETWORK, async () => {
  await withServer(0, async ({ url, files, methods }) => {
    const data = bytes();
    const options = { endpoint: url, chunkSize: 1024 ** 2, uploadDataDuringCreation: true };
    const upload = await new Promise<Upload>((resolve, reject) => {
      const made = new Upload(sourceOf(data), {
        ...options,
        metadata: { filename: "ä.bin" },
        onError: reject,
        onSuccess: () => resolve(made),
      });
      made.start();
    });
    await check(files, data);
    assertEquals(methods, ["POST", "PATCH", "PATCH"]);
    const stopped = await new Promise<Upload>((resolve, reject) => {
      const made = new Upload(sourceOf(data), {
        ...options,
        onError: reject,
        onChunkComplete: () => resolve(made),
      });
      made.start();
    });
    await stopped.abort(true);
    assert(methods.includes("DELETE"), methods.join());
    const headers = { "tus-resumable": "1.0.0" };
    const gone = await fetch(stopped.url ?? "", { method: "HEAD", headers });
    assertEquals(gone.status, 404);
    assert(upload.url !== null && upload.url !== stopped.url);
  });
});

Deno.test("Uppy uploads over a connection that breaks", NETWORK, async () => {
  await withServer(1, async ({ url, files }) => {
    const data = bytes();
    const uppy = new Uppy().use(Tus, { endpoint: url, retryDelays: [10, 50, 100] });
    uppy.addFile({ name: "ä.bin", type: "application/octet-stream", data: sourceOf(data) });
    const result = await uppy.upload();
    assertEquals([result?.successful?.length, result?.failed?.length], [1, 0]);
    await check(files, data);
  });
});

Deno.test("session.upload() goes on, from a Blob and from a path", async () => {
  const path = await Deno.makeTempFile();
  for (const kind of ["blob", "path"]) {
    await withServer(2, async ({ url, files, methods }) => {
      await using session = new ClientSession();
      const data = bytes();
      await Deno.writeFile(path, data);
      const seen: number[] = [];
      let kept = "";
      const done = await session.upload(url, kind === "path" ? path : new File([data], "ä.bin"), {
        resumable: true,
        retryDelay: 5,
        ...(kind === "path" ? { metadata: { filename: "ä.bin" } } : {}),
        onUploadUrl: (url) => kept = url,
        onUploadProgress: ({ bytes, total }) => {
          assertEquals(total, SIZE);
          seen.push(bytes);
        },
      });
      await check(files, data);
      assertEquals([done.url, done.size], [kept, SIZE]);
      assertEquals(seen.at(-1), SIZE);
      assert(methods.filter((each) => each === "HEAD").length >= 2, methods.join());
    });
  }
  await Deno.remove(path);
});

Deno.test("session.upload() counts failures without progress, and sends params once", async () => {
  await withServer(3, async ({ url, files, methods }) => {
    await using session = new ClientSession();
    const data = bytes();
    const { url: place } = await session.upload(url, new File([data], "ä.bin"), {
      resumable: true,
      retries: 2,
      retryDelay: 30,
      params: { a: "1" },
    });
    await check(files, data);
    assert(methods.filter((each) => each === "PATCH").length > 2 && !place.includes("?"));
  });
});

Deno.test("session.upload() continues an upload of an earlier call, in pieces", async () => {
  await withServer(0, async ({ url, files, methods }) => {
    const data = bytes();
    const file = new File([data], "ä.bin");
    let kept = "";
    const stop = new AbortController();
    await using session = new ClientSession();
    const options = {
      resumable: true,
      chunkSize: 1024 ** 2,
      onUploadUrl: (at: string) => kept = at,
    };
    await assertRejects(() =>
      session.upload(url, file, {
        ...options,
        signal: stop.signal,
        onUploadProgress: ({ bytes }) => {
          if (bytes > 1024 ** 2) stop.abort();
        },
      })
    );
    await session.upload(url, file, { ...options, resumeUrl: kept });
    await check(files, data);
    assertEquals(methods.filter((each) => each === "POST").length, 1);
    const again = await session.upload(url, file, {
      ...options,
      retries: 0,
      resumeUrl: `${url}/${crypto.randomUUID()}`,
    });
    assertEquals([files.length, again.size], [2, SIZE]); // the server had forgotten it
  });
});

Deno.test("session.upload() without resumable is one POST, and refusals are errors", async () => {
  const app = new web.Application({ clientMaxSize: 0 });
  app.addRoutes([
    web.post("/plain", async (request) => web.textResponse(`${(await request.read()).length}`)),
    web.post("/full", () => {
      throw new web.HTTPInsufficientStorage();
    }),
    web.post("/no", () => {
      throw new web.HTTPForbidden();
    }),
  ]);
  await using session = new ClientSession({ app, baseUrl: "http://localhost" });
  const file = new Blob(["hello"]);
  assertEquals(await session.upload("/plain", file), { url: "http://localhost/plain", size: 5 });
  for (const [url, status] of [["/no", 403], ["/full", 507]] as const) {
    const error = await assertRejects(
      () => session.upload(url, file, { resumable: true, retries: 1, retryDelay: 1 }),
      ClientResponseError,
    );
    assertEquals(error.status, status);
  }
});

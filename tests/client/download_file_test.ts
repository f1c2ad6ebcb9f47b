import { assert, assertEquals, assertRejects } from "@std/assert";
import { basename } from "node:path";
import zlib from "node:zlib";
import {
  ClientError,
  ClientPayloadError,
  ClientResponseError,
  type ClientSession,
  FileExistsError,
  type Progress,
  web,
} from "@roundtrip/http";
import { serve } from "../_harness.ts";

const BODY = Uint8Array.from({ length: 100_000 }, (_, at) => at * at % 251);

/** A server of a file that cuts responses, and its recorded requests. */
class FileServer {
  body: Uint8Array<ArrayBuffer> = BODY;
  etag: string | null = '"v1"';
  cut: number | null = null;
  ranges = true;
  conditions = true;
  readonly asked: (string | null)[] = [];

  readonly handle = (request: web.ServerRequest): Response => {
    const range = request.headers.get("range");
    const condition = request.headers.get("if-range");
    this.asked.push(range === null ? null : `${range} if ${condition}`);
    const { body, etag } = this;
    const headers = new Headers(etag === null ? {} : { etag });
    const start = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? NaN);
    if (!this.ranges || Number.isNaN(start) || this.conditions && condition !== etag) {
      return this.#respond(body, headers, 200);
    }
    if (start >= body.length) {
      headers.set("content-range", `bytes */${body.length}`);
      return new Response(null, { status: 416, headers });
    }
    headers.set("content-range", `bytes ${start}-${body.length - 1}/${body.length}`);
    return this.#respond(body.subarray(start), headers, 206);
  };

  #respond(body: Uint8Array<ArrayBuffer>, headers: Headers, status: number): Response {
    headers.set("content-length", String(body.length));
    if (this.cut === null) return new Response(body, { headers, status });
    const pieces = [body.slice(0, this.cut)];
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        const piece = pieces.shift();
        if (piece === undefined) controller.close(); // short of its content-length
        else controller.enqueue(piece);
      },
    });
    return new Response(stream, { headers, status });
  }
}

async function scene(
  play: (scene: {
    readonly session: ClientSession;
    readonly server: FileServer;
    readonly path: string;
    readonly folder: string;
  }) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const server = new FileServer();
  try {
    await using served = await serve([web.get("/file", server.handle)]);
    await play({ session: served.session, server, folder, path: `${folder}/out.bin` });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const names = (folder: string): string[] =>
  [...Deno.readDirSync(folder)].map((each) => each.name).sort();

Deno.test("downloadToFile() writes the file, reports progress and leaves no other files", async () => {
  await scene(async ({ session, path, folder }) => {
    const seen: Progress[] = [];
    const saved = await session.downloadToFile("/file", path, {
      onProgress: (each) => seen.push(each),
    });
    assertEquals(saved, { path, size: BODY.length, resumedFrom: 0 });
    assertEquals(await Deno.readFile(path), BODY);
    assertEquals(names(folder), ["out.bin"]);
    assertEquals(seen.at(-1), { bytes: BODY.length, total: BODY.length });
  });
});

Deno.test("downloadToFile() keeps the part of an incomplete body, and resume continues it", async () => {
  await scene(async ({ session, server, path, folder }) => {
    server.cut = 60_000;
    await assertRejects(() => session.downloadToFile("/file", path), ClientPayloadError);
    assertEquals(names(folder), ["out.bin.part", "out.bin.part.json"]);
    const { size } = await Deno.stat(`${path}.part`);
    assertEquals(await Deno.readFile(`${path}.part`), BODY.subarray(0, size));
    assert(size > 0 && size <= 60_000);
    assert(!(await Deno.readTextFile(`${path}.part.json`)).includes("/file"));

    server.cut = null;
    const saved = await session.downloadToFile("/file", path, { resume: true });
    assertEquals(saved, { path, size: BODY.length, resumedFrom: size });
    assertEquals(server.asked, [null, `bytes=${size}- if "v1"`]);
    assertEquals(await Deno.readFile(path), BODY);
    assertEquals(names(folder), ["out.bin"]);
  });
});

Deno.test("downloadToFile() resumes any number of times", async () => {
  await scene(async ({ session, server, path }) => {
    server.cut = 30_000;
    for (let tries = 1;; tries++) {
      try {
        await session.downloadToFile("/file", path, { resume: true });
        break;
      } catch (error) {
        assert(error instanceof ClientPayloadError, `${error}`);
        if (tries === 3) server.cut = null;
      }
    }
    assertEquals(server.asked.length, 4);
    assertEquals(await Deno.readFile(path), BODY);
  });
});

Deno.test("a part that is complete is a success: 416 with its size", async () => {
  await scene(async ({ session, server, path, folder }) => {
    server.cut = 60_000;
    await assertRejects(() => session.downloadToFile("/file", path), ClientPayloadError);
    await Deno.writeFile(`${path}.part`, BODY);
    const saved = await session.downloadToFile("/file", path, { resume: true });
    assertEquals([saved.size, saved.resumedFrom], [BODY.length, BODY.length]);
    assertEquals([names(folder), await Deno.readFile(path)], [["out.bin"], BODY]);
  });
});

/** Reasons to restart a download. */
const ANEW: [string, (server: FileServer, path: string) => void | Promise<void>][] = [
  ["the file has changed", (server) => {
    server.etag = '"v2"';
    server.body = BODY.slice().reverse();
  }],
  ["the file has changed, and the server ignores If-Range", (server) => {
    server.conditions = false;
    server.etag = '"v2"';
    server.body = BODY.slice().reverse();
  }],
  ["a complete part is of a changed file", async (server, path) => {
    server.conditions = false;
    server.etag = '"v2"';
    server.body = BODY.slice().reverse();
    await Deno.writeFile(`${path}.part`, BODY);
  }],
  [
    "the part is longer than the file",
    (_, path) => Deno.writeFile(`${path}.part`, new Uint8Array(BODY.length + 1)),
  ],
  ["the server does not support ranges", (server) => {
    server.ranges = false;
  }],
  ["the part has no origin file", (_, path) => Deno.remove(`${path}.part.json`)],
  [
    "the origin file is hostile",
    (_, path) =>
      Deno.writeTextFile(`${path}.part.json`, '{"urlDigest":{"toString":1},"validator":["x"]}'),
  ],
  ["the origin file is not JSON", (_, path) => Deno.writeTextFile(`${path}.part.json`, "{")],
  ["the part is of another URL", async (_, path) => {
    const origin = JSON.parse(await Deno.readTextFile(`${path}.part.json`));
    origin.urlDigest = "0".repeat(64);
    await Deno.writeTextFile(`${path}.part.json`, JSON.stringify(origin));
  }],
  ["the part is empty", (_, path) => Deno.writeFile(`${path}.part`, new Uint8Array(0))],
];
for (const [name, change] of ANEW) {
  Deno.test(`resume starts over if ${name}`, async () => {
    await scene(async ({ session, server, path, folder }) => {
      server.cut = 60_000;
      await assertRejects(() => session.downloadToFile("/file", path), ClientPayloadError);
      server.cut = null;
      await change(server, path);
      const saved = await session.downloadToFile("/file", path, { resume: true });
      assertEquals(saved.resumedFrom, 0);
      assertEquals([await Deno.readFile(path), names(folder)], [server.body, ["out.bin"]]);
    });
  });
}

Deno.test("a file without a strong validator is never resumed", async () => {
  for (const etag of [null, 'W/"v1"']) {
    await scene(async ({ session, server, path, folder }) => {
      server.etag = etag;
      server.cut = 60_000;
      await assertRejects(() => session.downloadToFile("/file", path), ClientPayloadError);
      assertEquals(names(folder), ["out.bin.part"]);
      server.cut = null;
      const saved = await session.downloadToFile("/file", path, { resume: true });
      assertEquals([saved.resumedFrom, server.asked], [0, [null, null]]);
    });
  }
});

Deno.test("a response with another range is refused", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/out.bin`;
    let wrong = "bytes 5-9/10";
    await using served = await serve([
      web.get(
        "/",
        (request) =>
          request.headers.has("range")
            ? new Response("56789", { status: 206, headers: { "content-range": wrong } })
            : new Response("0123456789", { headers: { etag: '"v"', "content-length": "10" } }),
      ),
    ]);
    const { session } = served;
    for (wrong of ["bytes 5-9/10", "bytes x", ""]) {
      await session.downloadToFile("/", path, { overwrite: true });
      const origin = { urlDigest: await digest(`/\n`), validator: '"v"' };
      await Deno.writeTextFile(`${path}.part`, "012");
      await Deno.writeTextFile(`${path}.part.json`, JSON.stringify(origin));
      const saved = await session.downloadToFile("/", path, { overwrite: true, resume: true });
      assertEquals([saved.resumedFrom, await Deno.readTextFile(path)], [0, "0123456789"]);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

async function digest(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(hash).toHex();
}

Deno.test("an existing file is replaced only with overwrite, and only by a complete one", async () => {
  await scene(async ({ session, server, path, folder }) => {
    await Deno.writeTextFile(path, "mine");
    const error = await assertRejects(
      () => session.downloadToFile("/file", path),
      FileExistsError,
      "overwrite: true",
    );
    assertEquals([error.path, server.asked.length], [path, 0]);
    server.cut = 60_000;
    await assertRejects(
      () => session.downloadToFile("/file", path, { overwrite: true }),
      ClientPayloadError,
    );
    assertEquals(await Deno.readTextFile(path), "mine");
    server.cut = null;
    await session.downloadToFile("/file", path, { overwrite: true });
    assertEquals([await Deno.readFile(path), names(folder)], [BODY, ["out.bin"]]);
  });
});

Deno.test("a file that appears meanwhile is not replaced; the part is kept", async () => {
  await scene(async ({ session, path, folder }) => {
    await assertRejects(
      () =>
        session.downloadToFile("/file", path, {
          onProgress: () => Deno.writeTextFileSync(path, "mine"),
        }),
      FileExistsError,
    );
    assertEquals(await Deno.readTextFile(path), "mine");
    assertEquals(names(folder), ["out.bin", "out.bin.part", "out.bin.part.json"]);
  });
});

Deno.test("symbolic links are replaced, never written through", async () => {
  await scene(async ({ session, path, folder }) => {
    const victim = `${folder}/victim`;
    await Deno.writeTextFile(victim, "mine");
    await Deno.symlink(victim, path);
    await Deno.symlink(victim, `${path}.part`);
    await assertRejects(() => session.downloadToFile("/file", path), FileExistsError);
    await session.downloadToFile("/file", path, { overwrite: true, resume: true });
    assertEquals(await Deno.readTextFile(victim), "mine");
    assertEquals([(await Deno.lstat(path)).isSymlink, await Deno.readFile(path)], [false, BODY]);
  });
});

Deno.test("downloadToFile() throws for a response without the file, and keeps existing files", async () => {
  await using served = await serve([
    web.get("/304", () => new Response(null, { status: 304 })),
    web.get("/302", () => new Response("moved", { status: 302, headers: { location: "/304" } })),
  ]);
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/out`;
    await Deno.writeTextFile(path, "mine");
    for (const status of [302, 304]) {
      const options = { overwrite: true, allowRedirects: false };
      const error = await assertRejects(
        () => served.session.downloadToFile(`/${status}`, path, options),
        ClientResponseError,
        "not the file",
      );
      assertEquals([error.status, await Deno.readTextFile(path)], [status, "mine"]);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("downloadToFile() throws for a status of 400 and above, and writes nothing", async () => {
  await scene(async ({ session, path, folder }) => {
    const error = await assertRejects(
      () => session.downloadToFile("/nothing", path),
      ClientResponseError,
    );
    assertEquals([error.status, names(folder)], [404, []]);
  });
});

Deno.test("saveTo() writes a decoded body, which cannot be resumed", async () => {
  await using served = await serve([
    web.get("/", () => {
      const headers = { "content-encoding": "deflate", etag: '"v"' };
      return new Response(new Uint8Array(zlib.deflateSync(BODY)), { headers });
    }),
  ]);
  const folder = await Deno.makeTempDir();
  try {
    const path = new URL(`file://${folder}/a%20b`);
    await using response = await served.session.get("/");
    const saved = await response.saveTo(path);
    assertEquals(saved, { path: `${folder}/a b`, size: BODY.length, resumedFrom: 0 });
    assertEquals([await Deno.readFile(path), names(folder)], [BODY, ["a b"]]);
    await using again = await served.session.get("/");
    await assertRejects(() => again.saveTo(path), FileExistsError);
    assertEquals(await again.read(), BODY); // nothing was read
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("saveTo() with an offset writes the rest behind a part, and notes the validator", async () => {
  await scene(async ({ session, path, folder }) => {
    await Deno.writeFile(`${path}.part`, BODY.subarray(0, 1000));
    await using response = await session.get("/file", {
      headers: { "range": "bytes=1000-", "if-range": '"v1"' },
    });
    assertEquals(response.status, 206);
    const noted: boolean[] = [];
    const saved = await response.saveTo(path, {
      offset: 1000,
      onProgress: ({ total }) => {
        noted.push(total === BODY.length && names(folder).some((each) => each.endsWith(".json")));
      },
    });
    assertEquals(saved, { path, size: BODY.length, resumedFrom: 1000 });
    assertEquals([await Deno.readFile(path), names(folder)], [BODY, [basename(path)]]);
    assertEquals(new Set(noted), new Set([true]));
  });
});

Deno.test("saveTo() refuses an offset behind the end of the part, or that is no size", async () => {
  await scene(async ({ session, path, folder }) => {
    await Deno.writeFile(`${path}.part`, BODY.subarray(0, 1000));
    const refused = [[1001, ClientError], [-1, RangeError], [0.5, RangeError]] as const;
    for (const [offset, type] of refused) {
      await using response = await session.get("/file");
      await assertRejects(() => response.saveTo(path, { offset }), type, `${offset}`);
      assertEquals(names(folder), ["out.bin.part"]);
      assertEquals(await Deno.readFile(`${path}.part`), BODY.subarray(0, 1000));
    }
    await Deno.remove(`${path}.part`);
    await using response = await session.get("/file");
    await assertRejects(() => response.saveTo(path, { offset: 1 }), Error, "out.bin.part");
    assertEquals(names(folder), []);
  });
});

Deno.test("the second of two downloads to a path is refused, and the first one's file is complete", async () => {
  await scene(async ({ session, server, path, folder }) => {
    const others: Promise<unknown>[] = [];
    const first = await session.downloadToFile("/file", path, {
      onProgress() {
        if (others.length > 0) return;
        const again = session.downloadToFile("/file", `${folder}/./out.bin`, { overwrite: true });
        others.push(again.catch((error) => error));
      },
    });
    const error = await others[0];
    assert(error instanceof ClientError, `${error}`);
    assert(error.message.includes("another download is writing it"), error.message);
    assertEquals([first.size, server.asked.length], [BODY.length, 1]);
    assertEquals([await Deno.readFile(path), names(folder)], [BODY, ["out.bin"]]);
    await session.downloadToFile("/file", path, { overwrite: true }); // allowed again
  });
});

/** Changes by another process while a part is being written. */
const MEDDLING: [string, (part: string) => void][] = [
  ["replaces the part", (part) => {
    Deno.removeSync(part);
    Deno.writeTextFileSync(part, "theirs");
  }],
  ["replaces the part with one of the same size", (part) => {
    const { size } = Deno.statSync(part);
    Deno.renameSync(part, `${part}.away`);
    Deno.writeFileSync(part, new Uint8Array(size));
  }],
  ["appends to the part", (part) => Deno.writeTextFileSync(part, "theirs", { append: true })],
  ["removes it", (part) => Deno.removeSync(part)],
];
for (const [name, meddle] of MEDDLING) {
  for (const overwrite of [false, true]) {
    Deno.test(`no file appears if another process ${name}, overwrite: ${overwrite}`, async () => {
      await scene(async ({ session, path, folder }) => {
        await assertRejects(
          () =>
            session.downloadToFile("/file", path, {
              overwrite,
              onProgress: ({ bytes }) => bytes === BODY.length && meddle(`${path}.part`),
            }),
          ClientError,
          "its part was changed meanwhile",
        );
        assert(!names(folder).includes("out.bin"), names(folder).join());
      });
    });
  }
}

Deno.test("downloadToFile() refuses a range that it did not request", async () => {
  const partial = () =>
    new Response("0123", { status: 206, headers: { "content-range": "bytes 0-3/100" } });
  await using served = await serve([web.get("/", partial)]);
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/out`;
    await assertRejects(
      () => served.session.downloadToFile("/", path),
      ClientResponseError,
      "not the file",
    );
    assertEquals(names(folder), []);
    const headers = { range: "bytes=0-3" };
    const saved = await served.session.downloadToFile("/", path, { headers });
    assertEquals(saved.size, 4); // the caller asked
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

import { assert, assertEquals, assertThrows } from "@std/assert";
import { createHash } from "node:crypto";
import * as web from "../../../server/mod.ts";
import { ENGINES } from "../_engines.ts";

const TUS = { "tus-resumable": "1.0.0" };
const PIECE = { ...TUS, "content-type": "application/offset+octet-stream" };

async function withTus(
  options: Partial<web.TusOptions>,
  use: (app: web.Application, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const app = new web.Application({ logger: { error() {} } });
  app.addRoutes(web.tusUploads("/files/", { folder, ...options }));
  try {
    await use(app, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const create = (app: web.Application, headers: HeadersInit) =>
  app.request("/files", { method: "POST", headers: { ...TUS, ...headers } });

async function begun(app: web.Application, length: number): Promise<string> {
  const { status, headers } = await create(app, { "upload-length": `${length}` });
  assertEquals(status, 201);
  return headers.get("location") ?? "";
}

const patch = (app: web.Application, url: string, offset: number, body: string, more = {}) =>
  app.request(url, {
    method: "PATCH",
    headers: { ...PIECE, "upload-offset": `${offset}`, ...more },
    body,
  });

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
}

Deno.test("an upload arrives in pieces, is named at the end, and told", async () => {
  const told: web.TusFile[] = [];
  await withTus(
    { sha256: true, onComplete: (file) => void told.push(file) },
    async (app, folder) => {
      const metadata = `filename ${btoa("a.txt")},empty`;
      const made = await create(app, { "upload-length": "11", "upload-metadata": metadata });
      const url = made.headers.get("location") ?? "";
      assertEquals(made.status, 201);
      assertEquals(made.headers.get("tus-resumable"), "1.0.0");
      assert(Date.parse(made.headers.get("upload-expires") ?? "") > Date.now());
      assertEquals((await namesIn(folder)).every((name) => name.startsWith(".")), true);

      const first = await patch(app, url, 0, "hello ");
      assertEquals([first.status, first.headers.get("upload-offset")], [204, "6"]);
      const head = await app.request(url, { method: "HEAD", headers: TUS });
      assertEquals(
        ["upload-offset", "upload-length", "upload-metadata", "cache-control"].map((name) =>
          head.headers.get(name)
        ),
        ["6", "11", metadata, "no-store"],
      );
      assertEquals(told.length, 0);
      const last = await patch(app, url, 6, "world");
      assertEquals([last.status, last.headers.get("upload-offset")], [204, "11"]);
      const [file] = told;
      assertEquals(await Deno.readTextFile(file?.path ?? ""), "hello world");
      assertEquals(file?.metadata.get("filename"), "a.txt");
      assertEquals(file?.metadata.get("empty"), "");
      assertEquals(file?.sha256, createHash("sha256").update("hello world").digest("hex"));
      const done = await app.request(url, { method: "HEAD", headers: TUS });
      assertEquals(done.headers.get("upload-offset"), "11");
      assertEquals((await patch(app, url, 11, "")).status, 204); // the last reply was lost
      assertEquals(told.length, 1);
      assertEquals((await app.request(url, { method: "DELETE", headers: TUS })).status, 403);
      assertEquals(await Deno.readTextFile(file?.path ?? ""), "hello world");
    },
  );
});

Deno.test("OPTIONS tells what is supported", async () => {
  await withTus({ maxSize: 100 }, async (app) => {
    const { status, headers } = await app.request("/files", { method: "OPTIONS" });
    assertEquals(status, 204);
    assertEquals(Object.fromEntries([...headers].filter(([name]) => name.startsWith("tus"))), {
      "tus-extension": "creation,creation-with-upload,expiration,termination",
      "tus-max-size": "100",
      "tus-resumable": "1.0.0",
      "tus-version": "1.0.0",
    });
  });
});

Deno.test("requests that break the protocol are refused", async () => {
  await withTus({ maxSize: 100 }, async (app) => {
    const url = await begun(app, 10);
    await patch(app, url, 0, "hello");
    const unknown = url.replace(/[\da-f]{8}/, "00000000");
    const cases: [string, string, Record<string, string>, string | null, number][] = [
      ["POST", "/files", { "upload-length": "1" }, null, 412],
      ["POST", "/files", { ...TUS, "tus-resumable": "0.2" }, null, 412],
      ["POST", "/files", TUS, null, 400],
      ["POST", "/files", { ...TUS, "upload-length": "-1" }, null, 400],
      ["POST", "/files", { ...TUS, "upload-length": "101" }, null, 413],
      ["POST", "/files", { ...TUS, "upload-length": "1", "upload-metadata": "a ?" }, null, 400],
      ["POST", url, TUS, null, 400],
      ["HEAD", unknown, TUS, null, 404],
      ["HEAD", "/files/..%2f..%2fetc", TUS, null, 404],
      ["PATCH", unknown, { ...PIECE, "upload-offset": "0" }, "x", 404],
      ["PATCH", url, { ...TUS, "upload-offset": "5" }, "x", 415],
      ["PATCH", url, { ...PIECE, "upload-offset": "4" }, "x", 409],
      ["PATCH", url, { ...PIECE, "upload-offset": "x" }, "x", 400],
      ["PATCH", url, { ...PIECE, "upload-offset": "5" }, "too many bytes", 413],
      ["DELETE", unknown, TUS, null, 404],
      ["GET", url, TUS, null, 405],
    ];
    for (const [method, path, headers, body, status] of cases) {
      const response = await app.request(path, { method, headers, body });
      assertEquals(response.status, status, `${method} ${path} ${JSON.stringify(headers)}`);
      await response.body?.cancel();
    }
    const head = await app.request(url, { method: "HEAD", headers: TUS });
    assertEquals(head.headers.get("upload-offset"), "5"); // nothing of it was written
  });
});

Deno.test("creation may have the first piece, all of it, or nothing to wait for", async () => {
  let done = 0;
  await withTus({ onComplete: () => void done++ }, async (app) => {
    const rows: [string, string, string, number][] = [["10", "hello", "5", 0], [
      "5",
      "hello",
      "5",
      1,
    ]];
    for (const [length, body, offset, complete] of rows) {
      const headers = { ...PIECE, "upload-length": length };
      const response = await app.request("/files/", { method: "POST", headers, body });
      assertEquals([response.status, response.headers.get("upload-offset")], [201, offset]);
      assert(response.headers.has("location"));
      assertEquals(done, complete);
    }
    await begun(app, 0);
    assertEquals(done, 2);
  });
});

Deno.test("an upload can be removed, also by POST", async () => {
  await withTus({}, async (app, folder) => {
    for (
      const [method, more] of [["DELETE", {}], ["POST", {
        "x-http-method-override": "DELETE",
      }]] as const
    ) {
      const url = await begun(app, 10);
      const headers = { ...TUS, ...more };
      assertEquals((await app.request(url, { method, headers })).status, 204);
      assertEquals((await app.request(url, { method: "HEAD", headers: TUS })).status, 404);
    }
    assertEquals(await namesIn(folder), []);
  });
});

Deno.test("what is unfinished expires, what is complete stays", async () => {
  await withTus({ expiresIn: 50 }, async (app, folder) => {
    const complete = await begun(app, 5);
    await patch(app, complete, 0, "hello");
    const url = await begun(app, 10);
    await patch(app, url, 0, "hello");
    await new Promise((resolve) => setTimeout(resolve, 80));
    for (const each of [url, complete]) {
      assertEquals((await app.request(each, { method: "HEAD", headers: TUS })).status, 404);
    }
    assertEquals(await namesIn(folder), [complete.split("/").at(-1)]);
  });
  await withTus({ expiresIn: 50 }, async (app, folder) => {
    await Deno.writeTextFile(`${folder}/other.txt`, "");
    await begun(app, 10);
    const killed = `${folder}/.${crypto.randomUUID()}.tus`; // while it wrote the records
    await Deno.writeTextFile(killed, "");
    await Deno.writeTextFile(`${folder}/.${crypto.randomUUID()}.tus.json`, "{");
    await new Promise((resolve) => setTimeout(resolve, 80));
    const again = new web.Application(); // a new process sweeps at its first upload
    again.addRoutes(web.tusUploads("/files", { folder, expiresIn: 50 }));
    await begun(again, 10);
    assertEquals((await namesIn(folder)).length, 3);
  });
});

Deno.test("callbacks refuse an upload, before it begins and when it is complete", async () => {
  await withTus({
    onCreate: ({ metadata }) => {
      if (!metadata.has("filename")) throw new web.HTTPForbidden();
    },
    onComplete: () => {
      throw new web.HTTPUnprocessableEntity();
    },
  }, async (app, folder) => {
    assertEquals((await create(app, { "upload-length": "5" })).status, 403);
    const headers = { "upload-length": "5", "upload-metadata": "filename YQ==" };
    const url = (await create(app, headers)).headers.get("location") ?? "";
    const response = await patch(app, url, 0, "hello");
    assertEquals([response.status, response.headers.get("tus-resumable")], [422, "1.0.0"]);
    assertEquals(await namesIn(folder), []);
  });
});

Deno.test("a process that ended before the callback calls it at the next question", async () => {
  let done = 0;
  await withTus({ onComplete: () => void done++ }, async (app, folder) => {
    const url = await begun(app, 5);
    await Deno.writeTextFile(`${folder}/.${url.split("/").at(-1)}.tus`, "hello");
    await app.request(url, { method: "HEAD", headers: TUS });
    assertEquals(done, 1);
  });
});

for (const [name, engine] of ENGINES) {
  Deno.test(`engine ${name}: what arrived before a disconnect stays, and one request writes`, async () => {
    await withTus({}, async (app) => {
      await using runner = new web.AppRunner(app, { engine });
      const base = await runner.listen({ hostname: "127.0.0.1", port: 0 });
      const url = new URL(await begun(app, 10), base).href;
      const { host } = new URL(base);
      const connection = await Deno.connect({
        hostname: "127.0.0.1",
        port: Number(host.split(":")[1]),
      });
      const head =
        `PATCH ${new URL(url).pathname} HTTP/1.1\r\nhost: ${host}\r\ntus-resumable: 1.0.0\r\n` +
        "content-type: application/offset+octet-stream\r\nupload-offset: 0\r\ncontent-length: 10\r\n\r\n";
      await connection.write(new TextEncoder().encode(`${head}hello`));
      const offset = async () => {
        const response = await fetch(url, { method: "HEAD", headers: TUS });
        return response.headers.get("upload-offset");
      };
      while (await offset() !== "5") await new Promise((resolve) => setTimeout(resolve, 5));
      const second = () =>
        fetch(url, { method: "PATCH", headers: { ...PIECE, "upload-offset": "5" }, body: "world" });
      assertEquals((await second()).status, 423);
      connection.close();
      let status = 423;
      while (status === 423) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        status = (await second()).status;
      }
      assertEquals([status, await offset()], [204, "10"]);
    });
  });
}

Deno.test("wrong options are refused", () => {
  const cases: [unknown, string][] = [
    [{ folder: "a", maxSize: 0 }, "above 0"],
    [{ folder: "a", expiresIn: -1 }, "above 0"],
    [{ directory: "a" }, 'Write "folder"'],
  ];
  for (const [options, text] of cases) {
    assertThrows(() => web.tusUploads("/", options as web.TusOptions), Error, text);
  }
});

import { assertEquals } from "@std/assert";
import { serveDir } from "@std/http/file-server";
import { web } from "@roundtrip/http";

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

type Ask = (path: string, headers?: Record<string, string>, method?: string) => Promise<Answer>;

/** The same folder behind web.static() and behind serveDir(). */
async function both(run: (ours: Ask, theirs: Ask) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/dir`);
    const files: Record<string, string> = {
      "hello.txt": "hello\n",
      "data.json": "{}",
      "page.html": "<p>",
      "style.css": "p {}",
      "script.js": "1;",
      "image.svg": "<svg/>",
      "name with blanks.txt": "blank",
      "empty.bin": "",
      "dir/index.html": "<p>index",
      "dir/inner.txt": "inner",
    };
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    const app = new web.Application();
    app.addRoutes([web.static("/", folder, { index: true })]);
    const asker = (fetch: (request: Request) => Response | Promise<Response>): Ask =>
    async (
      path,
      headers = {},
      method = "GET",
    ) => {
      const response = await fetch(new Request(`http://localhost${path}`, { headers, method }));
      return {
        status: response.status,
        text: await response.text(),
        headers: response.headers,
      };
    };
    await run(
      asker((request) => app.fetch(request)),
      asker((request) => serveDir(request, { fsRoot: folder, quiet: true })),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const PATHS = [
  "/hello.txt",
  "/data.json",
  "/page.html",
  "/style.css",
  "/script.js",
  "/image.svg",
  "/name%20with%20blanks.txt",
  "/empty.bin",
  "/dir/",
  "/dir/inner.txt",
  "/missing",
  "/dir/missing",
];

Deno.test("files have the status, body, type and length that serveDir() gives", async () => {
  await both(async (ours, theirs) => {
    for (const path of PATHS) {
      const [mine, other] = [await ours(path), await theirs(path)];
      assertEquals(mine.status, other.status, path);
      if (mine.status !== 200) continue;
      assertEquals(mine.text, other.text, path);
      assertEquals(mine.headers.get("content-length"), other.headers.get("content-length"), path);
      // We say no charset, as aiohttp; they say UTF-8.
      const type = (headers: Headers) => headers.get("content-type")?.split(";")[0];
      assertEquals(type(mine.headers), type(other.headers), path);
    }
  });
});

Deno.test("single ranges are those of serveDir()", async () => {
  await both(async (ours, theirs) => {
    for (const range of ["bytes=0-1", "bytes=2-", "bytes=-2", "bytes=0-99", "bytes=5-5"]) {
      const [mine, other] = [
        await ours("/hello.txt", { range }),
        await theirs("/hello.txt", { range }),
      ];
      assertEquals([mine.status, mine.text], [other.status, other.text], range);
      assertEquals(mine.headers.get("content-range"), other.headers.get("content-range"), range);
    }
    const [mine, other] = [
      await ours("/hello.txt", { range: "bytes=6-" }),
      await theirs("/hello.txt", { range: "bytes=6-" }),
    ];
    assertEquals([mine.status, other.status], [416, 416]);
  });
});

Deno.test("conditional requests are answered as by serveDir()", async () => {
  await both(async (ours, theirs) => {
    for (const ask of [ours, theirs]) {
      const { headers } = await ask("/hello.txt");
      const etag = headers.get("etag") ?? "";
      const modified = headers.get("last-modified") ?? "";
      assertEquals((await ask("/hello.txt", { "if-none-match": etag })).status, 304);
      assertEquals((await ask("/hello.txt", { "if-none-match": '"other"' })).status, 200);
      assertEquals((await ask("/hello.txt", { "if-modified-since": modified })).status, 304);
    }
  });
});

Deno.test("HEAD has the headers of GET, as with serveDir()", async () => {
  await both(async (ours, theirs) => {
    for (const ask of [ours, theirs]) {
      const head = await ask("/hello.txt", {}, "HEAD");
      assertEquals([head.status, head.text, head.headers.get("content-length")], [200, "", "6"]);
    }
  });
});

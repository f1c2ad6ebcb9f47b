import { assertEquals } from "@std/assert";
import { web } from "@roundtrip/http";
import { pythonWith } from "./_python.ts";

const python = await pythonWith("aiohttp");

const PROGRAM = `
import asyncio, json, sys
import aiohttp

async def main(base):
    out = {}
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(base, cookie_jar=jar) as s:
        async with s.get("/s/hello.txt") as r:
            out["file"] = [r.status, r.content_type, r.content_length, await r.text()]
            etag, modified = r.headers["ETag"], r.headers["Last-Modified"]
        async with s.get("/s/hello.txt", headers={"If-None-Match": etag}) as r:
            out["none-match"] = [r.status, await r.text(), r.headers["ETag"] == etag]
        async with s.get("/s/hello.txt", headers={"If-Modified-Since": modified}) as r:
            out["modified"] = [r.status, r.headers["Last-Modified"] == modified]
        async with s.get("/s/hello.txt", headers={"Range": "bytes=1-2", "If-Range": etag}) as r:
            out["range"] = [r.status, r.headers["Content-Range"], await r.text()]
        async with s.get("/s/zip.txt", headers={"Accept-Encoding": "gzip"}) as r:
            out["gzip"] = [r.headers["Content-Encoding"], await r.text()]
        async with s.get("/s/big.bin") as r:
            out["big"] = len(await r.read())
        async with s.head("/s/big.bin") as r:
            out["head"] = [r.status, r.headers["Content-Length"], await r.text()]
        async with s.get("/s/fifo") as r:
            out["fifo"] = r.status
        for coding in ["gzip", "deflate"]:
            async with s.get("/compressed", headers={"Accept-Encoding": coding}) as r:
                out[coding + "-middleware"] = [r.headers["Content-Encoding"], len(await r.text())]
        async with s.get("/stream") as r:
            out["stream"] = [r.headers.get("Transfer-Encoding"), await r.text()]
        async with s.get("/events", headers={"Last-Event-ID": "4"}) as r:
            out["events"] = [r.content_type, [line.decode() async for line in r.content]]
        for _ in range(3):
            async with s.get("/visit") as r:
                out["visits"] = await r.text()
        async with s.get("/login") as r:
            out["login"] = [[h.status for h in r.history], await r.text()]
    print(json.dumps(out))

asyncio.run(main(sys.argv[1]))
`;

Deno.test({
  name: "aiohttp's client reads our files, streams, events and sessions",
  ignore: python === null,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    const gzip = new Blob(["zipped"]).stream().pipeThrough(new CompressionStream("gzip"));
    await Deno.writeTextFile(`${folder}/hello.txt`, "hello\n");
    await Deno.writeTextFile(`${folder}/zip.txt`, "plain");
    await Deno.writeFile(`${folder}/zip.txt.gz`, gzip);
    await Deno.writeFile(`${folder}/big.bin`, new Uint8Array(3_000_000));
    await new Deno.Command("mkfifo", { args: [`${folder}/fifo`] }).output();

    const app = new web.Application({ middlewares: [web.compressMiddleware()] });
    web.setupSessions(app, new web.EncryptedCookieStorage(new Uint8Array(32), { maxAge: 60_000 }));
    app.addRoutes([
      web.static("/s", folder),
      web.get("/compressed", () => web.textResponse("hello ".repeat(1000))),
      web.get("/stream", async (request) => {
        const response = new web.StreamResponse({ headers: { "content-type": "text/plain" } });
        await response.prepare(request);
        for (const piece of ["one ", "two ", "three"]) await response.write(piece);
        return response;
      }),
      web.get("/events", async (request) => {
        const events = await web.sseResponse(request);
        await events.send("a\nb", { id: `${Number(events.lastEventId) + 1}`, event: "e" });
        return events;
      }),
      web.get("/visit", async (request) => {
        const session = await web.getSession(request);
        session.set("n", (session.get<number>("n") ?? 0) + 1);
        return web.textResponse(`${session.get("n")}`);
      }),
      web.get("/login", async (request) => {
        (await web.renewSession(request)).set("user", "ann");
        throw new web.HTTPFound("/me");
      }),
      web.get("/me", async (request) => {
        const session = await web.getSession(request);
        return web.textResponse(`${session.get("user")} ${session.get("n")}`);
      }),
    ]);
    await using runner = new web.AppRunner(app, { shutdownTimeout: 1000 });
    const url = await runner.listen({ hostname: "127.0.0.1", port: 0 });
    const { stdout } = await new Deno.Command(python ?? "", {
      args: ["-c", PROGRAM, url],
      stdout: "piped",
      stderr: "inherit",
    }).output();
    assertEquals(JSON.parse(new TextDecoder().decode(stdout)), {
      "file": [200, "text/plain", 6, "hello\n"],
      "none-match": [304, "", true],
      "modified": [304, true],
      "range": [206, "bytes 1-2/6", "el"],
      "gzip": ["gzip", "zipped"],
      "big": 3_000_000,
      "head": [200, "3000000", ""],
      "fifo": 403,
      "gzip-middleware": ["gzip", 6000],
      "deflate-middleware": ["deflate", 6000],
      "stream": ["chunked", "one two three"],
      "events": ["text/event-stream", [
        "id: 5\r\n",
        "event: e\r\n",
        "data: a\r\n",
        "data: b\r\n",
        "\r\n",
      ]],
      "visits": "3",
      "login": [[302], "ann 3"],
    });
    await Deno.remove(folder, { recursive: true });
  },
});

/**
 * The processes of upload_load_test.ts besides curl: a server by name, or the probe of one.
 * @module
 */
import { createHash } from "node:crypto";
import { BodyPartReader, web } from "@roundtrip/http";

/** The bare platform, as the upper limit. */
function bare(): void {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: ({ port }) => say(`http://127.0.0.1:${port}`) },
    async (request) => {
      if (request.body === null) return new Response("ok");
      const reader = request.body.getReader({ mode: "byob" });
      const hash = createHash("sha256");
      let buffer = new ArrayBuffer(128 * 1024);
      for (;;) {
        const { done, value } = await reader.read(new Uint8Array(buffer));
        if (done) break;
        hash.update(value);
        buffer = value.buffer;
      }
      return new Response(hash.digest("hex"));
    },
  );
  Deno.addSignalListener("SIGTERM", () => server.shutdown());
}

/**
 * Our server: hashes the file while reading, or spools it to disk by `post()` and reads it again.
 */
async function ours(mode: "multipart" | "post"): Promise<void> {
  const app = new web.Application();
  app.addRoutes([
    web.get("/", () => web.textResponse("ok")),
    web.post("/", async (request) => {
      const hash = createHash("sha256");
      if (mode === "post") {
        const file = (await request.post({ maxSize: 0 })).file("f");
        for await (const piece of file?.lentPieces() ?? []) hash.update(piece);
        return web.textResponse(hash.digest("hex"));
      }
      for await (const part of await request.multipart()) {
        if (!(part instanceof BodyPartReader)) continue;
        for await (const piece of part.lentPieces()) hash.update(piece);
      }
      return web.textResponse(hash.digest("hex"));
    }),
  ]);
  const runner = new web.AppRunner(app);
  say(await runner.listen({ hostname: "127.0.0.1", port: 0 }));
  Deno.addSignalListener("SIGTERM", () => runner.cleanup().then(() => Deno.exit()));
}

/** Sends a request every 10 ms until SIGTERM, then prints the latencies in ms. */
async function probe(url: string): Promise<void> {
  const waits: number[] = [];
  let isOver = false;
  Deno.addSignalListener("SIGTERM", () => isOver = true);
  await (await fetch(url)).text();
  say(url);
  while (!isOver) {
    const start = performance.now();
    await (await fetch(url)).text();
    waits.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  console.log(`waits ${JSON.stringify(waits)} end`);
  Deno.exit();
}

function say(url: string): void {
  console.log(`ready ${url} `);
}

const [mode, url = ""] = Deno.args;
if (mode === "probe") await probe(url);
else if (mode === "bare") bare();
else await ours(mode === "post" ? "post" : "multipart");

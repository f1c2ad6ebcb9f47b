import { assertEquals } from "@std/assert";
import { run } from "../../_process.ts";

/** Programs that do not close their session, and their output. */
const PROGRAMS: readonly (readonly [string, string, string])[] = [
  [
    "ends at once without open requests",
    `const session = new ClientSession({ app: { fetch: () => new Response("hello") } });
     for (const total of [300_000, 300_000, 299_999, 300_000.5]) {
       using response = await session.get("/", { timeout: { total } });
       console.log(await response.text());
     }`,
    "hello\nhello\nhello\nhello\n",
  ],
  [
    "waits for a timeout",
    `const app = { fetch: ({ url }) => url.endsWith("/x") ? new Promise(() => {}) : new Response("hello") };
     const session = new ClientSession({ app, timeout: { total: 300 } });
     console.log(await (await session.get("/")).text());
     console.log((await session.get("/x").catch((error) => error)).name);`,
    "hello\nServerTimeoutError\n",
  ],
];

for (const [name, program, printed] of PROGRAMS) {
  Deno.test(`a program with a session ${name}`, async () => {
    const path = await Deno.makeTempFile({ suffix: ".ts" });
    await Deno.writeTextFile(path, `import { ClientSession } from "@roundtrip/http";\n${program}`);
    const done = await run([
      Deno.execPath(),
      "run",
      "-A",
      "--no-check",
      "--config",
      "deno.json",
      path,
    ]);
    assertEquals([done.stdout, done.code], [printed, 0]);
    await Deno.remove(path);
  });
}

import { assertEquals } from "@std/assert";
import { run } from "../../_process.ts";
import { web } from "@roundtrip/http";

// Bun reads no stream out of a Blob, so that bodies go to its fetch in another way.

const CLIENT = `
import { ClientSession } from "@roundtrip/http/client";
const session = new ClientSession({ baseUrl: process.argv[2] });
const pieces = async function* () {
  yield "a";
  yield "b";
};
const form = new FormData();
form.set("name", "ann");
const seen = [];
for (
  const options of [
    { data: "text" },
    { json: { a: 1 } },
    { data: new Uint8Array([104, 105]) },
    { data: { a: "1" } },
    { data: new Blob(["blob"]) },
    { data: "x".repeat(1_000_000) },
    { data: pieces() },
    { data: form },
    {},
  ]
) seen.push(await (await session.post("/", options)).text());
await session.close();
console.log(JSON.stringify(seen));
`;

const found = await run(["bun", "--version"]).then(({ code }) => code === 0, () => false);
if (!found) console.log("ignored: no Bun to run a session on");

Deno.test({
  name: "every body of a session arrives from Bun",
  ignore: !found,
  async fn() {
    const app = new web.Application({ clientMaxSize: 0 });
    app.addRoutes([web.post("/", async (request) => {
      const body = await request.text();
      return web.textResponse(
        `${request.contentLength} ${body.length > 200 ? body.length : body}`,
      );
    })]);
    await using runner = new web.AppRunner(app);
    const url = await runner.listen({ host: "127.0.0.1", port: 0 });
    const directory = await Deno.makeTempDir({ dir: new URL(".", import.meta.url).pathname });
    try {
      await Deno.writeTextFile(`${directory}/main.ts`, CLIENT);
      const to = `${directory}/main.mjs`;
      const bundle = ["bundle", "--platform=browser", "-o", to, `${directory}/main.ts`];
      const bundled = await run([Deno.execPath(), ...bundle]);
      assertEquals(bundled.code, 0, bundled.stderr);
      const { code, stdout, stderr } = await run(["bun", to, url]);
      assertEquals(code, 0, stderr);
      const seen: string[] = JSON.parse(stdout);
      assertEquals(seen, [
        "4 text",
        '7 {"a":1}',
        "2 hi",
        "3 a=1",
        "4 blob",
        "1000000 1000000",
        "null ab",
        "8 name=ann",
        "0 ",
      ]);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
});

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ClientSession } from "../../client/mod.ts";
import { CHAPTERS } from "../../cli/tutorial/chapters.ts";
import { FILES } from "../../examples/playground/main.ts";
import { run } from "../_process.ts";
import { cli, runtimeIs, startCli, tempDir } from "./_cli.ts";

const PLAYGROUND = new URL("../../examples/playground/", import.meta.url);

Deno.test("the tutorial's last chapter is the playground", async () => {
  assertEquals(CHAPTERS.at(-1)?.name, "playground");
  assertEquals(CHAPTERS.map((each) => each.number), CHAPTERS.map((_, index) => index + 1));
  const text = await Deno.readTextFile(new URL("main.ts", PLAYGROUND));
  assertEquals((await cli(["tutorial", "playground"])).stdout, text);
  const { stdout } = await cli(["tutorial"]);
  assertMatch(stdout, /\n\d+ {2}playground +playground: .*\n\nroundtrip tutorial N prints one/);
  const { code, stderr } = await cli(["tutorial", "playground", "--run", "http"]);
  assertEquals(code, 64);
  assertStringIncludes(stderr, 'the playground\'s argument is a port, not "http"');
});

Deno.test("examples name the port in use and the remedy, in one line", async () => {
  using taken = Deno.listen({ hostname: "localhost", port: 0 });
  const { port } = taken.addr;
  const line = `Cannot listen on localhost:${port}: the address is already in use\\..+`;
  for (const name of ["0014_simple_server", "playground"]) {
    const { code, stderr } = await cli(["tutorial", name, "--run", `${port}`]);
    assertEquals(code, 1);
    assertMatch(stderr, new RegExp(`^roundtrip tutorial: error: ${line} \\d+ --run 8081\n$`));
  }
  const main = ["run", "-A", "examples/playground/main.ts", `${port}`];
  const { code, stderr } = await run([Deno.execPath(), ...main]);
  assertEquals(code, 1);
  assertMatch(stderr, new RegExp(`^${line}: main\\.ts 8081\n$`));
});

Deno.test("the playground runs from the command alone, and leaves nothing behind", async (t) => {
  // Folder for the unpacked files, without the project's, like a user's.
  await using folder = await tempDir();
  await using running = startCli(["tutorial", "playground", "--run", "0"], {
    env: { TMPDIR: folder.path },
  });
  const [, url = ""] = await running.waitFor(/Running on (http:\/\/localhost:\d+) =/);
  // Everything that the page and its cards refer to.
  const examples = new URL("../", PLAYGROUND);
  for (const folder of ["public", "cards"]) {
    for (const { name } of Deno.readDirSync(new URL(`${folder}/`, PLAYGROUND))) {
      assertEquals(FILES.filter((file) => file.endsWith(`${folder}/${name}`)).length, 1, name);
    }
  }
  await using session = new ClientSession({ baseUrl: url, raiseForStatus: true });
  for (const name of FILES) {
    await using reply = await session.get(`/examples/${name}`);
    assertEquals(await reply.text(), await Deno.readTextFile(new URL(name, examples)), name);
  }
  {
    await using reply = await session.get("/");
    const page = await reply.text();
    assertStringIncludes(page, "Roundtrip playground");
    for (const [, name] of page.matchAll(/"\/tutorial\/(\d\w+)"/g)) {
      assertEquals(FILES.includes(`${name}.ts`), true, name);
    }
    for (const [, name] of page.matchAll(/"\/static\/([^"]+)"/g)) {
      assertEquals(FILES.includes(`playground/public/${name}`), true, name);
    }
  }
  // Its sessions need Uint8Array.fromBase64().
  const ignore = !await runtimeIs(206);
  await t.step({
    name: ignore ? "log-in and upload need Deno 2.6" : "log-in and upload",
    ignore,
    fn: async () => {
      {
        await using reply = await session.post("/login", { data: { user: "ann" } });
        await reply.text();
      }
      const form = new FormData();
      form.append("file", new Blob(["hello"]), "hello.txt");
      {
        await using reply = await session.post("/upload", { data: form });
        const { size } = await reply.json() as { size: number };
        assertEquals(size, 5);
      }
      await using uploaded = await session.get("/uploaded/hello.txt");
      assertEquals(await uploaded.text(), "hello");
    },
  });
  // An executable also stores V8's code cache there.
  const left = (): string[] =>
    [...Deno.readDirSync(folder.path)].map(({ name }) => name)
      .filter((name) => !name.startsWith("deno-compile-"));
  assertEquals(left().length, 1);
  running.child.kill("SIGTERM");
  assertEquals(await running.exitCode(), 0, running.output());
  assertEquals(left(), []);
});

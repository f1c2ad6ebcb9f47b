/** What is compiled for requests stays compiled while none is sent. */
import { assert, assertEquals } from "@std/assert";
import { run } from "../../_process.ts";

// V8 tells which code it has made, and which it throws away because of what a collection cleared.
const FLAGS = "--v8-flags=--expose-gc,--trace-opt,--trace-deopt";
const PROGRAM = `
  const { ClientSession } = await import(${JSON.stringify(import.meta.resolve("../../../mod.ts"))});
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response("hello"),
  );
  const session = new ClientSession({ baseUrl: \`http://127.0.0.1:\${server.addr.port}\` });
  const send = async () => {
    for (let count = 0; count < 1000; count++) await (await session.get("/")).read();
  };
  await Promise.all([send(), send(), send(), send()]);
  console.log("PAUSE");
  for (let count = 0; count < 8; count++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  console.log("END");
  await session.close();
  await server.shutdown();
`;
/** Classes of ours that take part in a request: their methods are most of what is compiled for it. */
const OURS = ["ClientRequest", "ClientResponse", "FetchResult", "StreamReader", "Watch"];
/** The same of fetch, as Deno 2.9 names them. */
const OF_FETCH = ["Request", "Response", "ReadableStream", "ReadableStreamBYOBReader"];

Deno.test("a pause throws no optimised code of the client away", async () => {
  const { stdout: output, stderr } = await run([
    Deno.execPath(),
    "eval",
    "--no-lock",
    FLAGS,
    PROGRAM,
  ]);
  const [before = "", after = ""] = output.split("PAUSE\n");
  assert(after.includes("END\n"), stderr);

  const made = namesIn(before, /completed compiling .*?<JSFunction (\S+?)[ >]/g);
  assertEquals(OURS.filter((name) => !made.has(name)), [], "not optimised before the pause");
  const cleared = namesIn(after, /<SharedFunctionInfo (\S+?)>.*embedded weak objects cleared/g);
  assertEquals([...OURS, ...OF_FETCH].filter((name) => cleared.has(name)), []);
});

function namesIn(trace: string, pattern: RegExp): ReadonlySet<string> {
  return new Set(Array.from(trace.matchAll(pattern), ([, name = ""]) => name));
}

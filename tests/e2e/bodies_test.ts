/**
 * Bodies that are left, cut, slow or in tiny pieces, over `Deno.serve`: the server is a process of
 * its own, and clients write bytes.
 */
import { assertEquals, assertMatch } from "@std/assert";
import { pythonWith } from "../interop/_python.ts";
import { run, type Running, start } from "../_process.ts";

const SCRIPT = "tests/e2e/bodies_server.ts";
const python = await pythonWith("http.client");

async function server(
  env: Record<string, string> = {},
): Promise<{ readonly program: Running; readonly port: number }> {
  const program = start([Deno.execPath(), "run", "-A", SCRIPT], env);
  const [, port] = await program.waitFor(/ready http:\/\/127.0.0.1:(\d+) /);
  return { program, port: Number(port) };
}

const LEFT: [path: string, status: number][] = [
  ["/return", 200],
  ["/half", 200],
  ["/throw", 500],
  ["/exception", 403],
  ["/break", 200],
  ["/conflict", 409],
  ["/caught", 202],
  ["/stream", 200],
  ["/nothing", 204],
  ["/read", 413],
  ["/nowhere", 404],
];

Deno.test({
  name: "a client that writes its whole body first sees the status, wherever the body was left",
  ignore: python === null,
  async fn() {
    const { program, port } = await server();
    await using _ = program;
    const client = [python ?? "", "tests/e2e/write_first.py", `${port}`];
    for (const [path, status] of LEFT) {
      for (const [size, kind] of [[5e6, "length"], [5e6, "chunked"], [40e6, "length"]] as const) {
        const times = size > 5e6 ? 1 : 2;
        const { stdout } = await run([...client, path, `${size}`, kind, `${times}`]);
        assertEquals(stdout.trim(), `${status}*${times}`, `${path}, ${size} bytes, ${kind}`);
      }
    }
  },
});

const HEAD = "HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=B\r\n";
const READERS = ["/read", "/text", "/json", "/form", "/lines", "/parts", "/coded/text"];

async function answerTo(port: number, text: string, ends: boolean): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
  if (ends) await connection.closeWrite();
  return await new Response(connection.readable).text();
}

Deno.test("a body that is cut is 400 from every reader, and a line in the log", async () => {
  const { program, port } = await server();
  await using _ = program;
  for (const path of READERS) {
    const rest = "Content-Length: 1000\r\n\r\n--B\r\n";
    assertMatch(await answerTo(port, `POST ${path} ${HEAD}${rest}`, true), /^HTTP\/1.1 400 /, path);
  }
  const lines = program.output().split("\n").filter((line) => !/^ready|^$/.test(line));
  assertEquals(lines.length, READERS.length, lines.join("\n"));
});

Deno.test("a line that is too long is 400, and a line in the log", async () => {
  const { program, port } = await server();
  await using _ = program;
  const body = "x".repeat(200_000);
  const response = await fetch(`http://127.0.0.1:${port}/lines`, { method: "POST", body });
  assertEquals(response.status, 400);
  await response.text();
  assertMatch(program.output(), /^log: Error handling POST "\/lines": /m);
});

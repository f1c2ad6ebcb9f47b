import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { rawRequest } from "../_raw.ts";
import { type Finished, freePort, run, type Running, start } from "../_process.ts";

// The program under test: `deno run` with the permissions of the example's first line, or an
// executable made by `deno task compile`.
const PROGRAM = Deno.env.get("EXAMPLE_0001")?.split(" ") ??
  [Deno.execPath(), "run", ...(await permissions()), "examples/0001_request.ts"];

async function permissions(): Promise<string[]> {
  const text = await Deno.readTextFile(new URL("../../examples/0001_request.ts", import.meta.url));
  const [first = ""] = text.split("\n");
  return first.split(" ").filter((word) => word.startsWith("--allow-"));
}

/** What the example's last lines say that an option prints. */
async function told(option: string, port: number): Promise<string> {
  const text = await Deno.readTextFile(new URL("../../examples/0001_request.ts", import.meta.url));
  const [, lines = ""] = text.split(`\n// ${option} prints:\n`);
  return lines.split("\n//\n")[0]?.replaceAll(/^\/\/ /gm, "").trimEnd()
    .replaceAll("8080", `${port}`) + "\n";
}

async function serve(port: number): Promise<Running> {
  const server = start([...PROGRAM, "0", String(port)]);
  await server.waitFor(/CTRL\+C/);
  return server;
}

const example = (...args: string[]): Promise<Finished> => run([...PROGRAM, ...args]);

Deno.test("0001_request 0 serves, 1 to 4 talk to it, SIGTERM stops it", async () => {
  const port = freePort();
  const url = `http://localhost:${port}`;
  await using server = await serve(port);
  assertEquals(
    server.output(),
    `======== Running on http://0.0.0.0:${port} ========\n(Press CTRL+C to quit)\n`,
  );

  assertEquals(await example("1", `${port}`), {
    code: 0,
    stdout: "status: 200\nhello, shadaileng\n",
    stderr: "",
  });
  assertEquals(
    (await example("2", `${port}`)).stdout,
    `${url}/querystring?key1=val1&key2=val2\n` +
      `${url}/querystring?key1=val1&key2=val2&key2=val3\n` +
      `${url}/querystring?key+1=val\n`,
  );
  assertEquals(
    (await example("3", `${port}`)).stdout,
    "status: 200\nexception: 200, message='Attempt to decode JSON with unexpected mimetype: " +
      `text/json;charset=utf-8', url='${url}/json'\n${"=".repeat(35)}\n` +
      'status: 200\n{"status": "ok"}\n',
  );
  for (let run = 0; run < 2; run++) {
    assertEquals((await example("4", `${port}`)).stdout, "status: 200\nhello, shadaileng\n");
    assertEquals(await Deno.readTextFile("tmp/localhost.html"), "hello, shadaileng");
  }
  await server.waitFor(/\{ test: "object" \}/);
  for (const option of ["1", "2", "3", "4"]) {
    assertEquals((await example(option, `${port}`)).stdout, await told(option, port));
  }

  server.child.kill("SIGTERM");
  assertEquals(await server.exitCode(), 0);
});

const CURL: [string, string[], string][] = [
  ["/", [], "200 text/plain;charset=UTF-8 hello, shadaileng"],
  ["/ada", [], "200 text/plain;charset=UTF-8 hello, ada"],
  ["/%E4%BD%A0", [], "200 text/plain;charset=UTF-8 hello, 你"],
  ["/querystring?a=1&b=%20", [], "200 text/plain;charset=UTF-8 a=1&b=%20"],
  ["/json", ["-d", '{"a":1}'], '200 text/json;charset=utf-8 {"status": "ok"}'],
  ["/json", ["-d", "{"], "400"],
  ["/root/x y".replace(" ", "%20"), [], "200 text/plain;charset=UTF-8 hello, x y"],
  ["/ws", [], "400"],
  ["/a/b", [], "404 text/plain; charset=utf-8 404: Not Found"],
  ["/", ["-X", "DELETE"], "405 text/plain; charset=utf-8 405: Method Not Allowed"],
];

Deno.test("0001_request 0 answers curl on every route", async () => {
  const port = freePort();
  await using server = await serve(port);
  for (const [path, args, expected] of CURL) {
    const write = "%{http_code} %{content_type} ";
    const reply = await run([
      "curl",
      "-s",
      "-w",
      `%{stderr}${write}`,
      ...args,
      `http://127.0.0.1:${port}${path}`,
    ]);
    assertEquals(reply.code, 0);
    assertEquals(`${reply.stderr}${reply.stdout}`.slice(0, expected.length), expected, path);
  }
  await server.waitFor(/\/root\/x%20y\?a=b&c=d/);
});

Deno.test("0001_request 0 answers texts on its WebSocket and closes on close", async () => {
  const port = freePort();
  await using _server = await serve(port);
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
  const messages: unknown[] = [];
  const closed = new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
  await new Promise((resolve) => socket.onopen = resolve);
  socket.onmessage = (event) => {
    messages.push(event.data);
    socket.send(messages.length < 2 ? "zwei" : "close");
  };
  socket.send("one");
  const { code, wasClean } = await closed;
  assertEquals([messages, code, wasClean], [["one/answer", "zwei/answer"], 1000, true]);
});

Deno.test("0001_request 0 finishes an open request when stopped", async () => {
  const port = freePort();
  await using server = await serve(port);
  // The handler waits for the body, so the request is open until its last byte is sent.
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const encoder = new TextEncoder();
  await connection.write(encoder.encode(
    'POST /json HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 10\r\n\r\n{"late"',
  ));
  await new Promise((resolve) => setTimeout(resolve, 200));
  server.child.kill("SIGTERM");
  let meanwhile = "";
  for (let tries = 0; tries < 100 && !meanwhile.startsWith("HTTP/1.1 503 "); tries++) {
    meanwhile = await rawRequest(port, "GET / HTTP/1.1\r\nHost: h\r\n");
  }
  assertStringIncludes(meanwhile, "HTTP/1.1 503 ");
  await connection.write(encoder.encode(":1}"));
  const reply = await new Response(connection.readable).text();
  assertStringIncludes(reply, "HTTP/1.1 200 ");
  assertStringIncludes(reply, '{"status": "ok"}');
  assertEquals(await server.exitCode(), 0);
});

Deno.test("0001_request reports errors in one line", async () => {
  const port = freePort();
  for (const option of ["1", "2", "3", "4"]) {
    const { code, stdout, stderr } = await example(option, `${port}`);
    assertEquals([code, stdout], [1, ""]);
    assertMatch(stderr, new RegExp(`^Cannot connect to host localhost:${port}: .*refused.*\\n$`));
  }
  await using _server = await serve(port);
  const taken = await example("0", `${port}`);
  assertEquals([taken.code, taken.stdout], [1, ""]);
  assertMatch(
    taken.stderr,
    new RegExp(`^.*0\\.0\\.0\\.0:${port}: the address is already in use.*\\n$`),
  );
  assertStringIncludes(taken.stderr, "0001_request.ts 0 8081");

  const usage = await example();
  assertEquals(usage.code, 0);
  assertStringIncludes(usage.stdout + usage.stderr, "usage: 0001_request.ts N [PORT]");
  const unknown = await example("9");
  assertEquals(unknown.code, 2);
  assert(unknown.stderr.startsWith("usage:"));
});

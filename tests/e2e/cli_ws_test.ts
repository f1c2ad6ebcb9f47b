import { assertEquals } from "@std/assert";
import { assertTable, cli, type Expected, type RunOptions, serving, startCli } from "./_cli.ts";

const USAGE = 64;
type Row = readonly [name: string, args: readonly string[], Expected, RunOptions?];

Deno.test("ws: lines in, messages out, and the end of the input", async () => {
  await using bin = await serving(["httpbin"]);
  const echo = `:${bin.port}/websocket/echo`;
  const rows: Row[] = [
    ["a line, one answer", ["ws", "-1", echo], { code: 0, stdout: "hello\n" }, {
      stdin: "hello\n",
    }],
    ["piped input is not lost, #245", ["ws", "--wait", "0.5", echo], {
      code: 0,
      stdout: "a\nb\nc\n",
    }, { stdin: "a\nb\r\nc" }],
    ["-x", ["ws", "--wait", "0.5", "-x", "one", "-x", "two", echo], {
      code: 0,
      stdout: "one\ntwo\n",
    }],
    ["-0", ["ws", "-0", "--wait", "0.5", echo], { code: 0, stdout: "a\nb\0c\0" }, {
      stdin: "a\nb\0c\0",
    }],
    ["--base64", ["ws", "--base64", "-1", echo], { code: 0, stdout: "AAH/\n" }, {
      stdin: "AAH/\n",
    }],
    ["-b: bytes as they are", ["ws", "-b", "-1", echo], { code: 0, stdout: "a\r\nb\0\n" }, {
      stdin: "a\r\nb\0\n",
    }],
    ["-j", ["ws", "-j", "-1", echo], { code: 0, stdout: '{\n  "a": 1\n}\n' }, {
      stdin: '{"a":1}\n',
    }],
    ["an empty message", ["ws", "-1", echo], { code: 0, stdout: "\n" }, { stdin: "\n" }],
    ["ws:// in full", ["ws", "-1", `ws://localhost:${bin.port}/websocket/echo`, "X-A:1", "q==2"], {
      code: 0,
      stdout: "x\n",
    }, { stdin: "x\n" }],
    ["http:// in full", ["ws", "-1", `http://localhost:${bin.port}/websocket/echo`], {
      code: 0,
      stdout: "x\n",
    }, { stdin: "x\n" }],
    [
      "no WebSocket there",
      ["ws", `:${bin.port}/get`],
      { code: 4, stderr: /roundtrip ws: error: / },
      {
        stdin: "",
      },
    ],
    ["no server", ["ws", ":1/"], {
      code: 1,
      stderr: /nothing listens there\. Is the server running/,
    }, { stdin: "" }],
    ["no URL", ["ws"], { code: USAGE, stderr: /the URL is missing/ }],
    ["-s and a URL", ["ws", "-s", "0", ":1/"], { code: USAGE, stderr: /-s takes no URL: :1\// }],
    ["an item of a body", ["ws", ":1/", "a=1"], { code: USAGE, stderr: /item 'a=1'/ }],
    ["no base64", ["ws", "--base64", echo], { code: 1, stderr: /is not valid base64: \*/ }, {
      stdin: "***\n",
    }],
  ];
  await assertTable(rows);
});

Deno.test("ws exits when the server closes, by the close code", async () => {
  const rows: [name: string, code: number | undefined, exit: number][] = [
    ["normal, #63 #235", 1000, 0],
    ["no code", undefined, 0],
    ["a code of a library", 3001, 3],
    ["a code of the application", 4000, 3],
  ];
  for (const [name, code, exit] of rows) {
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onopen = () => {
        socket.send("bye");
        socket.close(code);
      };
      return response;
    });
    // The end of the input does not close it: only the server does.
    const child = startCli(["ws", "--no-close", `ws://127.0.0.1:${server.addr.port}/`]);
    assertEquals(await child.exitCode(), exit, `${name}: ${child.output()}`);
    assertEquals(child.output(), "bye\n", name);
    await server.shutdown();
  }
});

Deno.test("ws -s relays messages to all clients", async () => {
  await using server = startCli(["ws", "-s", "0"]);
  const [, port = ""] = await server.waitFor(/Running on ws:\/\/localhost:(\d+)/);
  const listener = new WebSocket(`ws://localhost:${port}/`);
  const heard = Promise.withResolvers<unknown>();
  const open = Promise.withResolvers<void>();
  listener.onopen = () => open.resolve();
  listener.onmessage = (event) => heard.resolve(event.data);
  await open.promise;
  const said = await cli(["ws", "-1", `:${port}/`], { stdin: "to all\n" });
  assertEquals([said.code, said.stdout], [0, "to all\n"]);
  assertEquals(await heard.promise, "to all");
  await server.waitFor(/to all/);
  const closed = Promise.withResolvers<number>();
  listener.onclose = (event) => closed.resolve(event.code);
  server.child.kill("SIGTERM");
  assertEquals(await closed.promise, 1001);
  assertEquals(await server.exitCode(), 0);
});

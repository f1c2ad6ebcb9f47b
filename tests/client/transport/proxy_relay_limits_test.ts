import { assertEquals, assertStringIncludes } from "@std/assert";
import { ProxyRelay } from "../../../client/transport/proxy_relay.ts";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function connect(relay: ProxyRelay): Promise<Deno.TcpConn> {
  return await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(relay.url).port) });
}

/** Reads a connection until it is closed. */
async function readAll(connection: Deno.TcpConn): Promise<string> {
  let all = "";
  const buffer = new Uint8Array(1024);
  try {
    for (let count; (count = await connection.read(buffer)) !== null;) {
      all += text(buffer.subarray(0, count));
    }
  } catch {
    // Reset: closed with unread bytes.
  }
  return all;
}

Deno.test("the relay closes a connection without a request head", async () => {
  const relay = new ProxyRelay("http://u:p@127.0.0.1:9", { headTimeout: 50 });
  using silent = await connect(relay);
  using slow = await connect(relay);
  await slow.write(bytes("CONNECT a:1 HTTP/1.1\r\n"));
  assertEquals([await readAll(silent), await readAll(slow)], ["", ""]);
  relay.close();
});

Deno.test("the relay closes the oldest of too many connections without a request head", async () => {
  const relay = new ProxyRelay("http://u:p@127.0.0.1:9", { headTimeout: 60_000, maxWaiting: 2 });
  using first = await connect(relay);
  using second = await connect(relay);
  using third = await connect(relay);
  assertEquals(await readAll(first), "");
  const rest = Promise.all([readAll(second), readAll(third)]);
  assertEquals(await Promise.race([rest, pause(100, "open")]), "open");
  relay.close(); // and with it waiting connections
  assertEquals(await rest, ["", ""]);
});

function pause<T>(ms: number, value: T): Promise<T> {
  return new Promise((resolve) => setTimeout(resolve, ms, value));
}

// A separate process reaches its limit of open files.
const PROGRAM = `
  import { ProxyRelay } from ${
  JSON.stringify(import.meta.resolve("../../../client/transport/proxy_relay.ts"))
};
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const relay = new ProxyRelay("http://u:p@127.0.0.1:" + listener.addr.port);
  const { port, username, password } = new URL(relay.url);
  const open = () => Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
  const held = [];
  try {
    for (let i = 0; i < 300; i++) held.push(await open());
  } catch (error) {
    console.log("full:", error.message);
  }
  await new Promise((resolve) => setTimeout(resolve, 300));
  for (const each of held) each.close();
  await new Promise((resolve) => setTimeout(resolve, 300));
  const connection = await open();
  const credentials = btoa(username + ":" + password);
  await connection.write(new TextEncoder().encode(
    "CONNECT a:1 HTTP/1.1\\r\\nProxy-Authorization: Basic " + credentials + "\\r\\n\\r\\n",
  ));
  const upstream = await listener.accept();
  const buffer = new Uint8Array(1000);
  const head = new TextDecoder().decode(buffer.subarray(0, await upstream.read(buffer)));
  console.log("served:", head.includes(btoa("u:p")));
  Deno.exit(0);
`;

Deno.test({
  name: "the relay survives a lack of file descriptors",
  ignore: Deno.build.os === "windows",
  async fn() {
    const path = await Deno.makeTempFile({ suffix: ".ts" });
    try {
      await Deno.writeTextFile(path, PROGRAM);
      const { stdout, stderr } = await new Deno.Command("sh", {
        args: ["-c", 'ulimit -n 80; exec "$0" run --no-check -A "$1"', Deno.execPath(), path],
      }).output();
      assertStringIncludes(text(stdout), "full:", text(stderr));
      assertStringIncludes(text(stdout), "served: true", text(stderr));
    } finally {
      await Deno.remove(path);
    }
  },
});

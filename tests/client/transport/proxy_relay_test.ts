import { assertEquals, assertMatch } from "@std/assert";
import { ProxyRelay } from "../../../client/transport/proxy_relay.ts";
import { freePort } from "../../_process.ts";
import { connectProxy } from "../_proxies.ts";

/** Sends a text to a port and reads until the peer closes. */
async function exchange(port: number, text: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  let answer = "";
  try {
    await connection.write(new TextEncoder().encode(text));
    const buffer = new Uint8Array(1024);
    for (let count: number | null = 0; count !== null; count = await connection.read(buffer)) {
      answer += new TextDecoder().decode(buffer.subarray(0, count));
      if (answer.includes("hello")) break;
    }
  } catch {
    // Reset: closed with unread bytes.
  }
  return answer;
}

Deno.test("ProxyRelay only forwards tunnels with its password", async () => {
  await using proxy = connectProxy();
  using target = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const relay = new ProxyRelay(`http://us%40er:p%20w@127.0.0.1:${proxy.port}`);
  const { port, username, password } = new URL(relay.url);
  assertMatch(password, /^[0-9a-f-]{36}$/);
  const own = `Proxy-Authorization: Basic ${btoa(`${username}:${password}`)}\r\n`;
  const line = `CONNECT h:${target.addr.port} HTTP/1.1\r\n`;
  const refused = [
    `${line}\r\n`,
    `${line}Proxy-Authorization: Basic ${btoa("us@er:p w")}\r\n\r\n`,
    `GET http://h/ HTTP/1.1\r\n${own}\r\n`,
    `${line}${"x: y\r\n".repeat(4000)}`,
  ];
  for (const text of refused) assertEquals(await exchange(Number(port), text), "");
  assertEquals(proxy.asked, []);

  const greeting = (async () => {
    using connection = await target.accept();
    await connection.write(new TextEncoder().encode("hello"));
  })();
  const answer = await exchange(Number(port), `${line}${own}\r\n`);
  await greeting;
  assertEquals(answer, "HTTP/1.1 200 OK\r\n\r\nhello");
  assertEquals(proxy.asked, ["CONNECT h us@er:p w"]);
  relay.close();
  relay.close();
  assertEquals(relay.closed, true);
});

Deno.test("ProxyRelay passes on the password unchanged, also with a lone %", async () => {
  for (const [written, sent] of [["50%", "50%"], ["caf%C3%A9", "cafÃ©"]]) {
    await using proxy = connectProxy();
    using target = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const relay = new ProxyRelay(`http://u:${written}@127.0.0.1:${proxy.port}`);
    const { port, username, password } = new URL(relay.url);
    const own = `Proxy-Authorization: Basic ${btoa(`${username}:${password}`)}\r\n`;
    const accepted = target.accept().then((connection) => connection.close());
    const answer = await exchange(
      Number(port),
      `CONNECT h:${target.addr.port} HTTP/1.1\r\n${own}\r\n`,
    );
    assertEquals(answer, "HTTP/1.1 200 OK\r\n\r\n");
    await accepted;
    assertEquals(proxy.asked, [`CONNECT h u:${sent}`]); // UTF-8, one character per byte
    relay.close();
  }
});

Deno.test("ProxyRelay ends a tunnel if the proxy is unreachable", async () => {
  const relay = new ProxyRelay(`http://u:p@127.0.0.1:${freePort()}`);
  const { port, username, password } = new URL(relay.url);
  const own = `Proxy-Authorization: Basic ${btoa(`${username}:${password}`)}\r\n`;
  assertEquals(await exchange(Number(port), `CONNECT h:1 HTTP/1.1\r\n${own}\r\n`), "");
  relay.close();
});

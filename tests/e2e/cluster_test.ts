import { assertEquals, assertMatch } from "@std/assert";
import { ClientSession, CookieJar } from "@roundtrip/http";
import { freePort, start } from "../_process.ts";
import { hasRedis } from "../_redis.ts";
import { hasProgram } from "./_cli.ts";

Deno.test("examples/cluster: the playground on two processes behind nginx", {
  ignore: !await hasRedis() || !await hasProgram("nginx"),
}, async () => {
  const port = freePort();
  await using cluster = start([
    Deno.execPath(),
    "run",
    "-A",
    "examples/cluster/main.ts",
    `${port}`,
  ]);
  const [, first = "", second = ""] = await cluster.waitFor(/processes are on (\d+), (\d+)/);
  const visit = async (user: string) => {
    const session = new ClientSession({
      baseUrl: `http://localhost:${port}`,
      cookieJar: new CookieJar({ unsafe: true }),
    });
    await using login = await session.post("/login", { data: { user } });
    assertEquals(login.status, 200);
    return session;
  };
  await using ann = await visit("ann");
  await using bob = await visit("bob");
  // One page of each at each process: nginx would distribute them by turns.
  const chats = [];
  for (const [session, at] of [[ann, first], [bob, second]] as const) {
    const headers = {
      cookie: [...session.cookieJar].map(({ name, value }) => `${name}=${value}`)[0] ?? "",
    };
    chats.push(await session.wsConnect(`http://127.0.0.1:${at}/chat`, { headers }));
  }
  const [a, b] = chats;
  await b?.sendJson({ text: "hello", id: "1" });
  for (const socket of chats) {
    for (;;) {
      const { from, text } = await socket.receiveJson() as { from: string; text: string };
      if (from === "bob") {
        assertEquals(text, "hello");
        break;
      }
    }
  }
  // A log-out by the other process ends the chat here.
  await using out = await ann.post("/logout");
  assertEquals(out.status, 200);
  for await (const _ of a ?? []);
  assertEquals(a?.closeCode, 4401);
  // Through nginx, both processes answer, and events reach all pages.
  await using events = await bob.get("/events");
  const text = new TextDecoder().decode(await events.content.readAny());
  assertMatch(text, /data: \d+ watching/);
  await b?.close();
  cluster.child.kill("SIGTERM");
  assertEquals(await cluster.exitCode(), 0, cluster.output());
});

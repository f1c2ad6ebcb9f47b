import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Browser, BrowserContext, Page } from "npm:playwright-core@^1.65.1";
import { findChromium, launch } from "../_chromium.ts";
import { ROOT, type Running, start } from "../_process.ts";

const chromium = await findChromium();
const ignore = chromium === null;
const SIZE = 50 * 1024 ** 2;

interface Playground extends AsyncDisposable {
  readonly url: string;
  /** A page of a new visitor, who has logged in. */
  visit(user: string): Promise<Page>;
}

/** Starts the playground by the command of its first line, and a browser. */
async function open(): Promise<Playground> {
  const text = await Deno.readTextFile(new URL("examples/playground/main.ts", ROOT));
  const [first = ""] = text.split("\n");
  const [, , ...args] = first.replace(/ 8080$/, " 0").split(" ");
  const server: Running = start([Deno.execPath(), ...args]);
  let browser: Browser | null = null;
  const contexts: BrowserContext[] = [];
  const close = async (): Promise<void> => {
    for (const context of contexts) await context.close();
    await browser?.close();
    server.child.kill("SIGTERM");
    assertEquals(await server.exitCode(), 0, server.output());
  };
  try {
    const [url = ""] = await server.waitFor(/http:\/\/localhost:\d+/);
    browser = await launch(chromium ?? "");
    const running = browser;
    return {
      url,
      async visit(user) {
        const context = await running.newContext();
        contexts.push(context);
        const page = await context.newPage();
        await page.goto(url);
        await page.getByLabel("Name").fill(user);
        await page.getByRole("button", { name: "Log in" }).click();
        await page.getByText(`Logged in as ${user}`).waitFor();
        return page;
      },
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const line = (page: Page, text: string): Promise<void> =>
  page.locator("#lines").getByText(text, { exact: true }).waitFor();

Deno.test("playground: a reload keeps the session, a log-out ends it", { ignore }, async () => {
  await using playground = await open();
  const page = await playground.visit("ann");
  const [cookie] = await page.context().cookies();
  assertEquals([cookie?.name, cookie?.httpOnly, cookie?.sameSite], [
    "AIOHTTP_SESSION",
    true,
    "Lax",
  ]);
  const visits = async (): Promise<number> =>
    Number(/visit (\d+)/.exec(await page.locator("#session").innerText())?.[1]);
  await page.getByText(/^visit \d+/).waitFor();
  const before = await visits();
  await page.reload();
  await page.getByText("Logged in as ann").waitFor();
  assertEquals(await visits(), before + 1);
  assertMatch(await page.locator("#session").innerText(), /AIOHTTP_SESSION, \d+ characters/);

  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByText("Not logged in").waitFor();
});

Deno.test(
  "playground: 50 MB go up as a form and as a stream, with progress",
  { ignore },
  async () => {
    await using playground = await open();
    const page = await playground.visit("ann");
    const path = await Deno.makeTempFile({ suffix: ".bin" });
    const bytes = new Uint8Array(SIZE);
    for (let at = 0; at < SIZE; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
    await Deno.writeFile(path, bytes);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
    const name = path.split("/").at(-1) ?? "";

    // Slow enough to be seen: about a second for each file.
    const network = await page.context().newCDPSession(page);
    await network.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: SIZE,
    });
    await page.evaluate(`
    globalThis.seen = [];
    const bar = document.querySelector("#bar");
    new MutationObserver(() => seen.push(bar.value)).observe(bar, { attributes: true });
  `);
    await page.getByLabel("File").setInputFiles(path);
    for (const [how, stored] of [["As a form", name], ["As a stream", name.replace(".", "-1.")]]) {
      await page.evaluate("seen.length = 0");
      await page.getByRole("button", { name: how ?? "" }).click();
      await page.locator("#uploaded").getByText(`${stored}, ${SIZE} bytes`).waitFor();
      assertMatch(await page.locator("#uploaded").innerText(), new RegExp(digest));
      const seen = await page.evaluate<number[]>("seen");
      assert(seen.some((value) => value > 0 && value < 100), `${how}: ${seen.join(" ")}`);
      assertEquals(seen.at(-1), 100);
      await page.locator("#news").getByText(`${stored} was uploaded, ${SIZE} bytes`).waitFor();
    }
    const sent = await page.request.get(`${playground.url}/uploaded/${name}`);
    assertEquals((await sent.body()).length, SIZE);
    await Deno.remove(path);
  },
);

Deno.test("playground: two pages chat, and text stays text", { ignore }, async () => {
  await using playground = await open();
  const ann = await playground.visit("ann");
  await line(ann, "ann has joined");
  const bob = await playground.visit("bob");
  await line(ann, "bob has joined");
  const sayings: [Page, string, string][] = [
    [ann, "ann", "hello, bob"],
    [bob, "bob", "你好, ann"],
    [bob, "bob", "<img src=x onerror=alert(1)>"],
  ];
  for (const [from, name, text] of sayings) {
    await from.getByLabel("Say").fill(text);
    await from.getByRole("button", { name: "Send" }).click();
    for (const page of [ann, bob]) await line(page, `${name}: ${text}`);
  }
  await bob.context().close();
  await line(ann, "bob has left");
});

Deno.test(
  "playground: a stranger gets no chat, no upload and no page of others",
  { ignore },
  async () => {
    await using playground = await open();
    const { url } = playground;
    const cases: [string, RequestInit, number][] = [
      ["/chat", { headers: { upgrade: "websocket", connection: "upgrade" } }, 403],
      ["/upload", { method: "POST", body: new FormData() }, 403],
      ["/upload/a.txt", { method: "PUT", body: "a" }, 403],
      ["/login", { method: "POST", body: new URLSearchParams({ user: "<script>" }) }, 400],
      ["/uploaded/..%2fmain.ts", {}, 404],
      ["/static/..%2fmain.ts", {}, 404],
      ["/", {}, 200],
    ];
    for (const [path, init, status] of cases) {
      const response = await fetch(`${url}${path}`, init);
      await response.body?.cancel();
      assertEquals(response.status, status, path);
    }
  },
);

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { BrowserContext, Page } from "npm:playwright-core@^1.65.1";
import { findChromium, sharedBrowser } from "../_chromium.ts";
import { web } from "@roundtrip/http";
import { makeApp } from "../../examples/playground/main.ts";
import { ROOT, type Running, start } from "../_process.ts";

const chromium = await findChromium();
const ignore = chromium === null;
const SIZE = 50 * 1024 ** 2;

interface Playground extends AsyncDisposable {
  readonly url: string;
  /** A page of a new, logged-in visitor. */
  visit(user: string): Promise<Page>;
}

/** Starts the playground with the command on its first line, and a browser. */
async function open(): Promise<Playground> {
  const text = await Deno.readTextFile(new URL("examples/playground/main.ts", ROOT));
  const [first = ""] = text.split("\n");
  const [, , ...args] = first.replace(/ 8080$/, " 0").split(" ");
  const server: Running = start([Deno.execPath(), ...args]);
  const contexts: BrowserContext[] = [];
  const close = async (): Promise<void> => {
    for (const context of contexts) await context.close();
    server.child.kill("SIGTERM");
    assertEquals(await server.exitCode(), 0, server.output());
  };
  try {
    const [url = ""] = await server.waitFor(/http:\/\/localhost:\d+/);
    const browser = await sharedBrowser(chromium ?? "");
    return {
      url,
      async visit(user) {
        const context = await browser.newContext();
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
  "playground: 50 MB are uploaded as a form and as a stream, with progress",
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

    // Slow enough to observe: about a second per file.
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
  "playground: chat, uploads and files need a log-in",
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

async function login(page: Page, user: string): Promise<void> {
  await page.getByLabel("Name").fill(user);
  await page.getByRole("button", { name: "Log in" }).click();
  await line(page, `${user} has joined`);
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel("Say").fill(text);
  await page.getByRole("button", { name: "Send" }).click();
}

Deno.test(
  "playground: every size and theme fits, uploads of any bytes work, the console is empty",
  { ignore },
  async () => {
    await using playground = await open();
    const folder = await Deno.makeTempDir();
    const files: [name: string, bytes: Uint8Array][] = [
      [`${"n".repeat(120)}.bin`, new Uint8Array(5_000_000)],
      ["line.txt", new Uint8Array(5_000_000).fill(97)],
      ["yes.txt", new TextEncoder().encode("y\n".repeat(2_500_000))],
    ];
    for (const [name, bytes] of files) await Deno.writeFile(`${folder}/${name}`, bytes);
    const browser = await sharedBrowser(chromium ?? "");
    for (const colorScheme of ["light", "dark"] as const) {
      for (const width of [1280, 390, 320]) {
        const context = await browser.newContext({
          colorScheme,
          viewport: { width, height: 800 },
        });
        const page = await context.newPage();
        const errors: string[] = [];
        page.on("console", (message) => {
          if (message.type() === "error") errors.push(message.text());
        });
        const fits = async () =>
          assert(
            await page.evaluate<boolean>(
              "document.documentElement.scrollWidth <= innerWidth && [...document.querySelectorAll(" +
                "'section')].every((each) => each.scrollWidth <= each.clientWidth)",
            ),
            `${colorScheme} ${width}: ${page.url()}`,
          );
        await page.goto(playground.url);
        await fits();
        const user = "W".repeat(32);
        await login(page, user);
        await say(page, "x".repeat(300));
        await line(page, `${user}: ${"x".repeat(300)}`);
        for (
          const [name, { length }] of colorScheme === "dark" || width < 400
            ? files.slice(0, 1)
            : files
        ) {
          await page.getByLabel("File").setInputFiles(`${folder}/${name}`);
          for (const how of ["As a form", "As a stream"]) {
            await page.evaluate("document.querySelector('#uploaded').textContent = ''");
            await page.getByRole("button", { name: how }).click();
            await page.locator("#uploaded").getByText(`, ${length} bytes`)
              .waitFor({ timeout: 10_000 });
          }
        }
        await fits();
        await page.getByRole("link", { name: "What was uploaded" }).click();
        await page.getByText("Index of").waitFor();
        await fits();
        assertEquals(errors, []);
        await context.close();
      }
    }
    await Deno.remove(folder, { recursive: true });
  },
);

Deno.test(
  "playground: a file of more than 1 GiB is refused before it is read",
  { ignore },
  async () => {
    await using playground = await open();
    const page = await playground.visit("ann");
    const path = await Deno.makeTempFile({ suffix: ".bin" });
    await Deno.truncate(path, 1.1 * 1024 ** 3 | 0);
    await page.getByLabel("File").setInputFiles(path);
    for (const how of ["As a form", "As a stream"]) {
      await page.evaluate("document.querySelector('#uploaded').textContent = ''");
      await page.getByRole("button", { name: how }).click();
      await page.locator("#uploaded").getByText("a file may have 1073741824 at most").waitFor();
    }
    await Deno.remove(path);

    const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`)[0];
    const { hostname, port } = new URL(playground.url);
    for (
      const [head, type] of [["PUT /upload/a", "a/b"], [
        "POST /upload",
        "multipart/form-data; boundary=x",
      ]]
    ) {
      using connection = await Deno.connect({ hostname, port: Number(port) });
      await connection.write(new TextEncoder().encode(
        `${head} HTTP/1.1\r\nHost: localhost:${port}\r\nCookie: ${cookie}\r\n` +
          `Content-Type: ${type}\r\nContent-Length: 1181116006\r\n\r\n`,
      ));
      const reply = new Uint8Array(20);
      await connection.read(reply);
      assertMatch(new TextDecoder().decode(reply), /^HTTP\/1.1 413 /);
    }
  },
);

Deno.test("playground: eight tabs share one stream of events, and a log-out ends all chats", {
  ignore,
}, async () => {
  await using playground = await open();
  const first = await playground.visit("ann");
  const tabs = [first];
  while (tabs.length < 8) {
    const tab = await first.context().newPage();
    await tab.goto(playground.url);
    await tab.getByText("Logged in as ann").waitFor();
    await line(tab, "ann has joined");
    tabs.push(tab);
  }
  const path = await Deno.makeTempFile({ suffix: ".txt" });
  await tabs[7]?.getByLabel("File").setInputFiles(path);
  await tabs[7]?.getByRole("button", { name: "As a form" }).click();
  for (const tab of tabs) await tab.locator("#news").getByText("was uploaded, 0 bytes").waitFor();
  await first.close(); // the tab with the stream: another tab takes over
  await tabs[6]?.getByRole("button", { name: "As a stream" }).isVisible();
  await tabs[7]?.getByRole("button", { name: "As a stream" }).click();
  await tabs[5]?.locator("#news").getByText("-1.txt was uploaded").waitFor();

  await tabs[2]?.getByRole("button", { name: "Log out" }).click();
  for (const tab of tabs.slice(1)) {
    await tab.getByText("Not logged in").waitFor();
    await line(tab, "Log in to join");
  }
  await Deno.remove(path);
});

Deno.test(
  "playground: messages written while the server is down are sent later",
  { ignore },
  async () => {
    const folder = await Deno.makeTempDir();
    const start = async (key: number, port = 0) => {
      const app = makeApp(folder, new Uint8Array(32).fill(key));
      const runner = new web.AppRunner(app, { shutdownTimeout: 100 });
      return { runner, url: await runner.listen({ hostname: "localhost", port }) };
    };
    let server = await start(1);
    const page = await (await sharedBrowser(chromium ?? "")).newPage();
    await page.goto(server.url);
    await login(page, "ann");
    for (const key of [1, 2]) { // with and without the previous sessions
      await server.runner.cleanup();
      await line(page, "The connection is lost, trying again");
      await say(page, `away ${key}`);
      await line(page, `Not sent yet: away ${key}`);
      server = await start(key, Number(new URL(server.url).port));
      await line(page, `ann: away ${key}`);
      await page.evaluate("document.querySelector('#lines').textContent = ''");
    }
    await page.close();
    await server.runner.cleanup();
    await Deno.remove(folder, { recursive: true });
  },
);

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
        await page.locator("#login").getByLabel("Name").fill(user);
        await page.getByRole("button", { name: "Log in" }).click();
        await loggedIn(page, user);
        return page;
      },
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The bar says who is logged in; not shown on a phone. */
const loggedIn = (page: Page, user: string): Promise<void> =>
  page.locator("#who").getByText(`Logged in as ${user}`).waitFor({ state: "attached" });

const loggedOut = (page: Page): Promise<void> =>
  page.locator("#who").getByText("Not logged in").waitFor();

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
    Number(/visit (\d+)/.exec(await page.locator("#me").innerText())?.[1]);
  const before = await visits();
  await page.reload();
  await loggedIn(page, "ann");
  assertEquals(await visits(), before + 1);
  assertMatch(await page.locator("#me").innerText(), /cookie AIOHTTP_SESSION/);

  await page.getByRole("button", { name: "Log out" }).click();
  await loggedOut(page);
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
    await page.getByLabel("File", { exact: true }).setInputFiles(path);
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
    await from.locator("#say").getByRole("button", { name: "Send" }).click();
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
      ["/examples/..%2fdeno.json", {}, 404],
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
  await page.locator("#login").getByLabel("Name").fill(user);
  await page.getByRole("button", { name: "Log in" }).click();
  await line(page, `${user} has joined`);
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel("Say").fill(text);
  await page.locator("#say").getByRole("button", { name: "Send" }).click();
}

/**
 * Runs in the page: controls below a size in px, without a name, and text below a contrast of 4.5.
 */
const faults = `(least) => {
  const faults = [];
  const seen = (element) => element.checkVisibility() && !element.matches(".unseen, .skip");
  for (const element of document.querySelectorAll("a, button, input, select, textarea, summary")) {
    if (!seen(element)) continue;
    const { height } = element.getBoundingClientRect();
    if (height < least - 0.5) faults.push(element.outerHTML.slice(0, 80) + ": " + height + " px");
    const name = element.ariaLabel || element.labels?.[0]?.textContent || element.textContent;
    if (!name.trim()) faults.push(element.outerHTML.slice(0, 80) + ": no name");
  }
  const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
  faults.push(...ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => "twice: " + id));
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const luminance = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    if (a === 0) return null;
    const linear = (each) => (each /= 255) <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4;
    return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  };
  const behind = (element) =>
    luminance(getComputedStyle(element).backgroundColor) ?? behind(element.parentElement);
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !seen(element)) continue;
    const pair = [luminance(getComputedStyle(element).color), behind(element)].sort((a, b) => a - b);
    const contrast = (pair[1] + 0.05) / (pair[0] + 0.05);
    if (contrast < 4.5) faults.push(element.outerHTML.slice(0, 80) + ": contrast " + contrast);
  }
  return [...new Set(faults)];
}`;

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
      for (const width of [1280, 390, 360, 320]) {
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
                "'section, pre, .answer, .log')].every((each) => each.scrollWidth <= each.clientWidth)",
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
          await page.getByLabel("File", { exact: true }).setInputFiles(`${folder}/${name}`);
          for (const how of ["As a form", "As a stream"]) {
            await page.evaluate("document.querySelector('#uploaded').textContent = ''");
            await page.getByRole("button", { name: how }).click();
            await page.locator("#uploaded").getByText(`, ${length} bytes`)
              .waitFor({ timeout: 10_000 });
          }
        }
        await fits();
        assertEquals(await page.evaluate(`(${faults})(${width < 500 ? 44 : 24})`), []);
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
    await page.getByLabel("File", { exact: true }).setInputFiles(path);
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
    await loggedIn(tab, "ann");
    await line(tab, "ann has joined");
    tabs.push(tab);
  }
  const path = await Deno.makeTempFile({ suffix: ".txt" });
  await tabs[7]?.getByLabel("File", { exact: true }).setInputFiles(path);
  await tabs[7]?.getByRole("button", { name: "As a form" }).click();
  for (const tab of tabs) await tab.locator("#news").getByText("was uploaded, 0 bytes").waitFor();
  // The tab with the stream is closed: another one takes over, and shows what came meanwhile.
  await first.context().route(/\/events/, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 500));
    await route.continue();
  });
  await first.close();
  await tabs[7]?.getByRole("button", { name: "As a stream" }).click();
  await tabs[5]?.locator("#news").getByText("-1.txt was uploaded").waitFor();

  await tabs[2]?.getByRole("button", { name: "Log out" }).click();
  for (const tab of tabs.slice(1)) {
    await loggedOut(tab);
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
      await page.locator("#state").getByText("server away, trying again").waitFor();
      await page.locator("#hello").getByRole("button", { name: "Send" }).click();
      await page.locator("#hello .answer").getByText("the server is away").waitFor();
      await say(page, `away ${key}`);
      await line(page, `Not sent yet: away ${key}`);
      server = await start(key, Number(new URL(server.url).port));
      await line(page, `ann: away ${key}`);
      await page.locator("#state").getByText("live", { exact: true }).waitFor();
      await page.evaluate("document.querySelector('#lines').textContent = ''");
    }
    await page.close();
    await server.runner.cleanup();
    await Deno.remove(folder, { recursive: true });
  },
);

interface Try {
  readonly card: string;
  readonly fill?: readonly [label: string, text: string];
  readonly press: string;
  /** What the answer has, from the request on. */
  readonly shows: readonly (string | RegExp)[];
}

const TRIES: readonly Try[] = [
  { card: "hello", press: "Send", shows: ["GET /hello/Ada?times=2", "200 OK", '["Ada","Ada"]'] },
  {
    card: "hello",
    fill: ["Name", "a/b ?&# 你"],
    press: "Send",
    shows: ["GET /hello/a%2Fb%20%3F%26%23", "200 OK", '["a/b ?&# 你","a/b ?&# 你"]'],
  },
  { card: "hello", press: "A wrong one", shows: ["times=many", "400 Bad Request", "1 to 5"] },
  { card: "orders", press: "Send", shows: ["201 Created", '{"ordered":"3 × tea"}'] },
  { card: "orders", press: "A wrong one", shows: ["422", '"path":["item"]', '"path":["count"]'] },
  { card: "orders", fill: ["Body", "{no json"], press: "Send", shows: ["400 Bad Request"] },
  { card: "redirects", press: "Follow", shows: ["200 OK", '"/hops/3","/hops/2","/hops/1"'] },
  { card: "redirects", press: "One too many", shows: ["/follow/11", "502 Bad Gateway", "10"] },
  { card: "count", fill: ["Count to", "3"], press: "Start", shows: ["200 OK", /1 2 3 $/] },
  { card: "files", press: "Whole", shows: ["200 OK", "etag: ", "<svg"] },
  { card: "files", press: "If it has changed", shows: ["304 Not Modified"] },
  { card: "files", press: "First 40 bytes", shows: ["206 Partial Content", "bytes 0-39/"] },
  { card: "files", press: "One that is missing", shows: ["404 Not Found"] },
  { card: "session", fill: ["Name", "<script>"], press: "Log in", shows: ["400 Bad Request"] },
  { card: "session", fill: ["Name", "ann"], press: "Log in", shows: ["200 OK", '{"user":"ann"}'] },
  { card: "session", press: "Visit again", shows: ["GET /me", "200 OK", '"user":"ann"'] },
  { card: "chat", fill: ["Say", "hi"], press: "Send", shows: ["101", '"from":"ann","text":"hi"'] },
  { card: "events", press: "Tell", shows: ["POST /events", "400 Bad Request"] },
  {
    card: "events",
    fill: ["Tell all pages", "tea is ready"],
    press: "Tell",
    shows: ["200 OK", '{"watching":1}'],
  },
];

Deno.test("playground: every card is tried, right and wrong, and shows the file that runs", {
  ignore,
}, async () => {
  await using playground = await open();
  const context = await (await sharedBrowser(chromium ?? "")).newContext();
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", ({ message }) => errors.push(message));
  page.on("request", (request) => {
    if (!request.url().startsWith(playground.url)) errors.push(request.url());
  });
  await page.goto(playground.url);
  for (const { card, fill, press, shows } of TRIES) {
    const section = page.locator(`#${card}`);
    if (fill !== undefined) {
      await section.getByRole("textbox", { name: fill[0], exact: true }).fill(fill[1]);
    }
    await section.getByRole("button", { name: press, exact: true }).click();
    const answer = section.locator(".answer");
    try {
      for (const each of shows) await answer.getByText(each).first().waitFor({ timeout: 5000 });
    } catch (cause) {
      throw new Error(`${card}, ${press}: ${await answer.innerText()}`, { cause });
    }
  }
  await page.locator("#news").getByText("tea is ready").waitFor();

  // Stopping a body stops its handler.
  await page.locator("#count").getByLabel("Count to").fill("900");
  await page.locator("#count").getByRole("button", { name: "Start" }).click();
  await page.locator("#count .body").getByText(/^1 2 /).waitFor();
  await page.locator("#count").getByRole("button", { name: "Stop" }).click();
  await page.locator("#count .body").getByText("(Stopped)").waitFor();
  await page.locator("#news").getByText(/^count stopped at \d+$/).waitFor();

  for await (const { name } of Deno.readDir(new URL("examples/playground/cards/", ROOT))) {
    const source = await Deno.readTextFile(new URL(`examples/playground/cards/${name}`, ROOT));
    const shown = page.locator(`#${name.replace(".ts", "")} .source`);
    await shown.locator(".keyword").first().waitFor();
    assertEquals(await shown.locator("code").textContent(), source.trimEnd(), name);
    const chapter = await shown.getByRole("link").getAttribute("href");
    const other = await page.context().newPage();
    await other.goto(`${playground.url}${chapter}`);
    await other.locator("code .comment").first().waitFor();
    await other.close();
  }
  assertEquals(errors, []);
  await context.close();
});

Deno.test(
  "playground: an upload without a log-in, and a theme that stays",
  { ignore },
  async () => {
    await using playground = await open();
    const browser = await sharedBrowser(chromium ?? "");
    const context = await browser.newContext({ colorScheme: "light" });
    const page = await context.newPage();
    await page.goto(playground.url);
    const path = await Deno.makeTempFile({ suffix: ".bin" });
    await Deno.truncate(path, SIZE);
    await page.getByLabel("File", { exact: true }).setInputFiles(path);
    for (const how of ["As a form", "As a stream"]) {
      await page.getByRole("button", { name: how }).click();
      await page.locator("#uploaded").getByText("Log in first").waitFor();
      await page.locator("#upload .answer").getByText("403 Forbidden").waitFor();
    }
    await Deno.remove(path);
    const background = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
    const light = await background();
    await page.getByLabel("Theme").selectOption("Dark");
    const dark = await background();
    assert(dark !== light, `${dark}`);
    await page.reload();
    assertEquals(await background(), dark);
    await page.getByLabel("Theme").selectOption("System");
    assertEquals(await background(), light);
    await context.close();
  },
);

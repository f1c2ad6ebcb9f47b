import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "npm:playwright-core@^1.65.1";
import { findChromium, sharedBrowser } from "../_chromium.ts";
import { type Serving, serving, tempDir } from "./_cli.ts";

const ignore = await findChromium() === null;
const SIZE = 20 * 1024 ** 2;

interface Opened extends AsyncDisposable {
  readonly page: Page;
  readonly server: Serving;
  /** The served folder. */
  readonly share: string;
  /** Folder of the user's, with `one.bin`, `two words.txt` and a folder `album` of three files. */
  readonly own: string;
}

/** A folder that takes uploads, and its page in a browser. */
async function open(...options: string[]): Promise<Opened> {
  const stack = new AsyncDisposableStack();
  try {
    const { path: share } = stack.use(await tempDir());
    const { path: own } = stack.use(await tempDir());
    const bytes = new Uint8Array(SIZE);
    for (let at = 0; at < SIZE; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
    await Deno.writeFile(`${own}/one.bin`, bytes);
    await Deno.writeTextFile(`${own}/two words.txt`, "zwei Wörter\n");
    await Deno.mkdir(`${own}/album/sub/deep`, { recursive: true });
    await Deno.writeTextFile(`${own}/album/cover.txt`, "cover");
    await Deno.writeTextFile(`${own}/album/sub/1.txt`, "first");
    await Deno.writeTextFile(`${own}/album/sub/deep/2.txt`, "second");
    const server = stack.use(await serving(["files", "-u", ...options, share]));
    const browser = await sharedBrowser(await findChromium() ?? "");
    const page = stack.use(await browser.newPage()); // in a context of its own
    page.setDefaultTimeout(15_000);
    await page.goto(server.url);
    return { page, server, share, own, [Symbol.asyncDispose]: () => stack.disposeAsync() };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** Every file below a folder with its content. */
async function filesOf(folder: string, prefix = ""): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) Object.assign(found, await filesOf(path, `${prefix}${name}/`));
    else {
      const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(path));
      found[prefix + name] = new Uint8Array(digest).toHex();
    }
  }
  return found;
}

/** Drops files on the page, as a file manager does. */
async function drop(page: Page, files: string[]): Promise<void> {
  const box = await page.locator("#drop").boundingBox();
  assert(box !== null);
  const network = await page.context().newCDPSession(page);
  const data = { items: [], files, dragOperationsMask: 1 };
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2, data };
  for (const type of ["dragEnter", "dragOver", "drop"] as const) {
    await network.send("Input.dispatchDragEvent", { type, ...at });
  }
}

const row = (page: Page, name: string): Promise<void> =>
  page.getByRole("link", { name, exact: true }).waitFor();

Deno.test("the upload page: chosen files are uploaded, with progress", { ignore }, async () => {
  await using opened = await open();
  const { page, share, own } = opened;
  // Slow enough to observe: about a second.
  const network = await page.context().newCDPSession(page);
  await network.send("Network.enable");
  await network.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: SIZE,
  });
  // The page reloads after the uploads, so observations are reported at once.
  const seen: number[] = [];
  await page.exposeFunction("told", (value: number) => seen.push(value));
  await page.evaluate(`
    new MutationObserver(() => {
      for (const bar of document.querySelectorAll('progress[aria-label="Upload of one.bin"]')) {
        if (bar.max > 1e6) told(bar.value / bar.max);
      }
    }).observe(document.querySelector("#log"), { attributes: true, subtree: true });
  `);
  await page.locator("#files").setInputFiles([`${own}/one.bin`, `${own}/two words.txt`]);
  await page.getByRole("button", { name: "Upload" }).click();
  await row(page, "one.bin");
  await row(page, "two words.txt");
  const { "one.bin": one, "two words.txt": two } = await filesOf(own);
  const arrived = await filesOf(share);
  assertEquals(Object.keys(arrived).sort(), ["one.bin", "two words.txt"]);
  assertEquals([arrived["one.bin"], arrived["two words.txt"]], [one, two]);
  assert(seen.some((value) => value > 0.05 && value < 0.95), seen.join(" "));
  assertEquals(seen.toSorted((a, b) => a - b), seen);
});

Deno.test("the upload page: a chosen folder keeps its subfolders", { ignore }, async () => {
  await using opened = await open();
  const { page, share, own } = opened;
  await page.locator("#folder").setInputFiles(`${own}/album`);
  await page.getByRole("button", { name: "Upload" }).click();
  await row(page, "album/");
  const sent = await filesOf(`${own}/album`, "album/");
  assertEquals(Object.keys(sent).length, 3);
  assertEquals(await filesOf(share), sent);
  await page.getByRole("link", { name: "album/" }).click();
  await row(page, "sub/");
  await row(page, "cover.txt");
});

Deno.test("the upload page: dropped files and folders are uploaded", { ignore }, async () => {
  await using opened = await open();
  const { page, share, own } = opened;
  await drop(page, [`${own}/two words.txt`, `${own}/album`]);
  await row(page, "album/");
  await row(page, "two words.txt");
  const { "one.bin": _, ...sent } = await filesOf(own);
  assertEquals(await filesOf(share), sent);
});

Deno.test(
  "the upload page: refused files show the reason, the rest is uploaded",
  { ignore },
  async () => {
    await using opened = await open("--max-size", "1M");
    const { page, share, own } = opened;
    await page.locator("#files").setInputFiles([`${own}/one.bin`, `${own}/two words.txt`]);
    await page.getByRole("button", { name: "Upload" }).click();
    const failed = page.locator("li.failed");
    await failed.waitFor();
    assertMatch(await failed.innerText(), /^one\.bin .*(?:1000000 exceeded|broke)/);
    await page.locator("li", { hasText: "two words.txt uploaded" }).waitFor();
    assertEquals(await page.getByRole("status").textContent(), "1 of 2 uploaded, 1 failed");
    assertEquals(Object.keys(await filesOf(share)), ["two words.txt"]);

    // The same name again: the existing file is kept.
    await page.reload();
    await page.locator("#files").setInputFiles([`${own}/two words.txt`]);
    await page.getByRole("button", { name: "Upload" }).click();
    await page.locator("li.failed", { hasText: "two words.txt" }).waitFor();
    assertEquals(await Deno.readTextFile(`${share}/two words.txt`), "zwei Wörter\n");
  },
);

Deno.test("the upload page works without scripts too", { ignore }, async () => {
  await using opened = await open();
  const { server, share, own } = opened;
  const context = await opened.page.context().browser()?.newContext({ javaScriptEnabled: false });
  assert(context !== undefined);
  const page = await context.newPage();
  await page.goto(server.url);
  await page.locator("#files").setInputFiles(`${own}/two words.txt`);
  await page.getByRole("button", { name: "Upload" }).click();
  await row(page, "two words.txt");
  assertEquals(await Deno.readTextFile(`${share}/two words.txt`), "zwei Wörter\n");
  await context.close();
});

Deno.test(
  "the listing page makes folders, and deletes after confirmation",
  { ignore },
  async () => {
    await using opened = await open("--mkdir", "--rm-files");
    const { page, share } = opened;
    await Deno.writeTextFile(`${share}/"><b>.txt`, "x");
    await Deno.writeTextFile(`${share}/keep.txt`, "x");
    await page.reload();
    await page.getByLabel("New folder").fill("holiday 2026");
    await page.getByRole("button", { name: "Make" }).click();
    await row(page, "holiday 2026/");
    const asked: string[] = [];
    let answer = false;
    page.on("dialog", (dialog) => {
      asked.push(dialog.message());
      return answer ? dialog.accept() : dialog.dismiss();
    });
    await page.getByRole("button", { name: "Delete keep.txt" }).click();
    answer = true;
    await page.getByRole("button", { name: 'Delete "><b>.txt' }).click();
    await page.getByRole("link", { name: '"><b>.txt' }).waitFor({ state: "detached" });
    assertEquals(asked.length, 2);
    assertMatch(asked[1] ?? "", /^Delete "><b>\.txt\?/);
    const left = [...Deno.readDirSync(share)].map(({ name }) => name).sort();
    assertEquals(left, ["holiday 2026", "keep.txt"]);
  },
);

Deno.test(
  "the listing page fits a phone, with labels for table and progress",
  { ignore },
  async () => {
    await using opened = await open("--mkdir", "--rm-files");
    const { page, share, server } = opened;
    const long = `${"a very long name with words ".repeat(4)}${"x".repeat(100)}.jpg`;
    await Deno.writeTextFile(`${share}/${long}`, "x");
    for (const width of [390, 320]) {
      await page.setViewportSize({ width, height: 700 });
      await page.goto(server.url);
      const wide = await page.evaluate("document.documentElement.scrollWidth");
      assertEquals(wide, width, "nothing is cut off or needs scrolling");
      const link = await page.getByRole("link", { name: long }).boundingBox();
      const button = await page.getByRole("button", { name: `Delete ${long}` }).boundingBox();
      assert(link !== null && button !== null && button.y >= link.y + link.height, "in rows");
    }
    await page.getByRole("main").getByRole("columnheader", { name: "Size" }).waitFor();
    await page.evaluate("document.getElementById('log').append('')");
    await page.getByRole("status").waitFor({ state: "attached" });
  },
);

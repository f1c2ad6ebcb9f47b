/**
 * Chromium for browser tests.
 * @module
 */
import type { Browser } from "npm:playwright-core@^1.65.1";

const ARGS = [
  "--no-sandbox",
  "--headless",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Looks for Chromium: `CHROMIUM`, else where Debian puts it.
 *
 * @returns Its path, or `null` after printing the reason.
 */
export async function findChromium(): Promise<string | null> {
  const path = Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium";
  try {
    await Deno.stat(path);
    return path;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log(
      `skipped: no Chromium at ${path}. To run this: apt-get install -y chromium, or set CHROMIUM`,
    );
    return null;
  }
}

/**
 * Starts Chromium.
 *
 * @param executablePath Path of Chromium.
 * @returns The browser.
 */
export async function launch(executablePath: string): Promise<Browser> {
  const { chromium } = await import("npm:playwright-core@^1.65.1");
  return await chromium.launch({ executablePath, args: ARGS, timeout: 60_000 });
}

let shared: Promise<Browser> | null = null;

/**
 * One Chromium for all tests of a file, which takes contexts of it, and closes them.
 *
 * @param executablePath Path of Chromium.
 * @returns The browser, which ends with the file.
 */
export async function sharedBrowser(executablePath: string): Promise<Browser> {
  return await (shared ??= launch(executablePath));
}

Deno.test.afterAll(async () => await (await shared)?.close());

/**
 * Opens a page and waits for its report.
 *
 * @param executablePath Path of Chromium.
 * @param url The page.
 * @param report Resolves with the page's message to its server.
 * @returns The report.
 */
export async function browse<T>(
  executablePath: string,
  url: string,
  report: Promise<T>,
): Promise<T> {
  const page = await (await sharedBrowser(executablePath)).newPage();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error("the page did not report in time")), 60_000);
  try {
    await page.goto(url);
    return await Promise.race([report, late.promise]);
  } finally {
    clearTimeout(timer);
    await page.close();
  }
}

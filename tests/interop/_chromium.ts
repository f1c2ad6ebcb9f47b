/**
 * Debian's Chromium as a client.
 * @module
 */

/** Whether it is installed; the reason to skip is printed where it is not. */
export async function hasChromium(): Promise<boolean> {
  try {
    const version = await new Deno.Command("chromium", { args: ["--version"] }).output();
    if (version.success) return true;
  } catch {
    // Not there.
  }
  console.log("skipped: no chromium. To run this test: apt-get install -y chromium");
  return false;
}

/**
 * Opens a page and waits for what it reports.
 *
 * @param url The page.
 * @param report Resolves with what the page tells its server.
 */
export async function browse<T>(url: string, report: Promise<T>): Promise<T> {
  const profile = await Deno.makeTempDir();
  const browser = new Deno.Command("chromium", {
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      `--user-data-dir=${profile}`,
      "--remote-debugging-port=0", // keeps it open until it is ended
      url,
    ],
    stdout: "null",
    stderr: "null",
  }).spawn();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error("the page did not report in time")), 30_000);
  try {
    return await Promise.race([report, late.promise]);
  } finally {
    clearTimeout(timer);
    browser.kill("SIGTERM");
    await browser.status;
    await Deno.remove(profile, { recursive: true }).catch(() => {});
  }
}

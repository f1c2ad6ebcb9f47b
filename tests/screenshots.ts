/**
 * Makes the screenshots of the documents: `deno task screenshots`.
 * @module
 */
import { findChromium, launch } from "./_chromium.ts";
import { ROOT } from "./_process.ts";
import { recordRun, recordTerminal } from "./_terminal.ts";
import { web } from "@roundtrip/http";
import { makeApp } from "../examples/playground/main.ts";

const out = new URL("docs/screenshots/", ROOT).pathname;
await Deno.writeTextFile(`${out}terminal.svg`, await recordTerminal());
await Deno.writeTextFile(`${out}run.svg`, await recordRun());
console.log(`wrote ${out}terminal.svg and run.svg`);

const chromium = await findChromium();
if (chromium === null) Deno.exit(1);

const uploads = await Deno.makeTempDir();
await using runner = new web.AppRunner(makeApp(uploads, new Uint8Array(32)));
const url = await runner.listen({ hostname: "localhost", port: 0 });
const browser = await launch(chromium);

const names = { light: "playground", dark: "playground-dark" } as const;
for (const colorScheme of ["light", "dark"] as const) {
  const viewport = { width: 1280, height: 684 };
  const page = await (await browser.newContext({ viewport, colorScheme })).newPage();
  await page.goto(url);
  await page.locator("#login button").click();
  await page.locator("#lines").getByText("ann has joined").waitFor();
  await page.locator("#hello button").first().click();
  await page.locator("#hello .body").waitFor();
  await page.evaluate("scrollTo({ top: 0, behavior: 'instant' })");
  await page.screenshot({ path: `${out}${names[colorScheme]}.png` });
}

await browser.close();
await Deno.remove(uploads, { recursive: true });
console.log(`wrote ${out}playground.png and playground-dark.png`);

/**
 * Makes the screenshots of the documents: `deno task screenshots`.
 * @module
 */
import { findChromium, launch } from "./_chromium.ts";
import { ROOT } from "./_process.ts";
import { recordTerminal } from "./_terminal.ts";
import { web } from "@roundtrip/http";
import { makeApp } from "../examples/playground/main.ts";

const out = new URL("docs/screenshots/", ROOT).pathname;
await Deno.writeTextFile(`${out}terminal.svg`, await recordTerminal());
console.log(`wrote ${out}terminal.svg`);

const chromium = await findChromium();
if (chromium === null) Deno.exit(1);

const uploads = await Deno.makeTempDir();
await using runner = new web.AppRunner(makeApp(uploads, new Uint8Array(32)));
const url = await runner.listen({ hostname: "localhost", port: 0 });
const browser = await launch(chromium);

async function visit(user: string, colorScheme: "light" | "dark" = "light") {
  const viewport = { width: 1080, height: 720 };
  const page = await (await browser.newContext({ viewport, colorScheme })).newPage();
  await page.goto(url);
  await page.getByLabel("Name").fill(user);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByText(`${user} has joined`).waitFor();
  return page;
}

async function say(page: Awaited<ReturnType<typeof visit>>, text: string): Promise<void> {
  await page.getByLabel("Say").fill(text);
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText(`: ${text}`).waitFor();
}

const ann = await visit("ann");
const bob = await visit("bob", "dark");
await say(ann, "hello, bob");
await say(bob, "good morning, ann");
const report = `${await Deno.makeTempDir()}/report.csv`;
await Deno.writeTextFile(report, "a,b\n1,2\n".repeat(1000));
await ann.getByLabel("File").setInputFiles(report);
await ann.getByRole("button", { name: "As a form" }).click();
for (const page of [ann, bob]) await page.getByText("report.csv was uploaded").waitFor();
await ann.screenshot({ path: `${out}playground.png` });
await bob.screenshot({ path: `${out}playground-dark.png` });

await browser.close();
await Deno.remove(uploads, { recursive: true });
await Deno.remove(report);
console.log(`wrote ${out}playground.png and playground-dark.png`);

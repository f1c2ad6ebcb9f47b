import { assert, assertEquals } from "@std/assert";
import { dirname, join } from "node:path/posix";
import { stage } from "../docs/.vitepress/stage.ts";
import { ROOT, run } from "./_process.ts";
import { WHOLE } from "./_whole.ts";

const site = await stage(null);

Deno.test("the site has a page for every example and document, in both languages", async () => {
  const expected: string[] = [];
  for (
    const [folder, pages, extension] of [
      ["examples/", "tutorial/", /^\d.*(\.ts)$/],
      ["docs/", "", /^(?!notes|aiohttp_names|tutorial).*(\.md)$/],
      ["docs/howto/", "howto/", /(\.md)$/],
      ["docs/explanation/", "explanation/", /(\.md)$/],
    ] as const
  ) {
    for await (const { name } of Deno.readDir(new URL(folder, ROOT))) {
      const [, end] = extension.exec(name) ?? [];
      if (end !== undefined) expected.push(`${pages}${name.slice(0, -end.length)}.md`);
    }
  }
  assert(expected.length > 60, `${expected.length}`);
  const missing = expected.flatMap((page) => [page, `zh/${page}`])
    .filter((page) => !site.pages.has(page));
  assertEquals(missing, []);
  const other = (page: string) => page.startsWith("zh/") ? page.slice(3) : `zh/${page}`;
  const alone = [...site.pages.keys()].filter((page) => !site.pages.has(other(page)));
  assertEquals(alone, [], "the switch of the language would lead to no page");
  for (const sidebar of [site.en, site.zh]) {
    const links = sidebar.flatMap(({ items = [] }) => items.map(({ link = "" }) => link.slice(1)));
    assertEquals(links.filter((link) => !site.pages.has(link)), []);
    assertEquals(expected.filter((page) => !links.some((link) => link.endsWith(page))), []);
  }
});

Deno.test("links and pictures of the site's pages lead somewhere", async () => {
  const dead: string[] = [];
  for (const [page, text] of site.pages) {
    const prose = text.replaceAll(/^ *```[^]*?^ *```$/gm, "").replaceAll(/`[^`\n]*`/g, "");
    for (const [, target = ""] of prose.matchAll(/\]\((?!\w+:|#)([^)#\s]+)[^)]*\)/g)) {
      const path = target.startsWith("/") ? target.slice(1) : join(dirname(page), target);
      if (!site.pages.has(path) && !site.pictures.has(path)) dead.push(`${page}: ${target}`);
    }
  }
  assertEquals(dead, []);
  for (const path of site.pictures) await Deno.stat(new URL(path, ROOT));
});

Deno.test("a page of the tutorial has the program, its command and its output", () => {
  const english = site.pages.get("tutorial/0002_parameters.md") ?? "";
  const chinese = site.pages.get("zh/tutorial/0002_parameters.md") ?? "";
  for (const page of [english, chinese]) {
    const inText = "`a+b`";
    for (
      const words of ["new web.AppRunner", "examples/0002_parameters.ts", "first=1&key=a+b", inText]
    ) {
      assert(page.includes(words), words);
    }
  }
  assert(english.startsWith("# Parameters, an object") && !english.includes("查询参数"), english);
  assert(chinese.startsWith("# 查询参数") && chinese.includes("```python"), chinese);
});

Deno.test({
  name: `deno task site makes the site with search, reference and llms-full.txt${
    WHOLE ? "" : " (deno task test:whole)"
  }`,
  ignore: !WHOLE,
}, async () => {
  const { code, stdout, stderr } = await run([Deno.execPath(), "task", "site"]);
  assertEquals(code, 0, stdout + stderr);
  for (const path of ["index.html", "zh/index.html", "api/index.html", "llms-full.txt"]) {
    await Deno.stat(new URL(`build/site/${path}`, ROOT));
  }
});

Deno.test("drawings have words of the page's language, and colors for both themes", async () => {
  const texts: Record<string, string[]> = {};
  for (const folder of ["docs/explanation/", "docs/zh/explanation/"]) {
    for (const path of [...site.pictures].filter((each) => each.startsWith(folder))) {
      const drawing = await Deno.readTextFile(new URL(path, ROOT));
      assert(drawing.includes("prefers-color-scheme: dark"), path);
      texts[path] = [...drawing.matchAll(/<text[^>]*>([^<]*)/g)].map(([, words = ""]) => words);
    }
  }
  const [english = [], chinese = []] = Object.values(texts);
  assertEquals(Object.keys(texts).length, 2);
  assertEquals(chinese.length, english.length);
  const isHan = (words: string) => /\p{Script=Han}/u.test(words);
  assertEquals(english.filter(isHan), []);
  assert(chinese.filter(isHan).length > 18, `${chinese}`);
});

/**
 * The site's pages: the documents as they are, and a page for each example.
 * @module
 */
import { dirname, join } from "node:path/posix";

const ROOT = new URL("../../", import.meta.url);
const DOCUMENTS = "docs/";
/** In Chinese only. */
const NOTES = "notes.md";
/** A long table, which is there once. */
const NAMES = "aiohttp_names.md";
/** Text for the pages of the tutorial. */
const TUTORIAL = "tutorial.md";

/** Stands at the top of the home page. */
const OPENING = "docs/screenshots/terminal.svg";

/** An entry of a sidebar. */
export interface Item {
  readonly text: string;
  readonly link?: string;
  readonly items?: readonly Item[];
  readonly collapsed?: boolean;
}

/** The site before VitePress: pages by their path, and the sidebars. */
export interface Site {
  readonly pages: ReadonlyMap<string, string>;
  /** Files of the pictures in the pages, which have them at the same path. */
  readonly pictures: ReadonlySet<string>;
  readonly en: readonly Item[];
  readonly zh: readonly Item[];
}

/** Number of examples with a section in the notes. */
const SECTIONS = 29;

/** Documents of `docs/` itself that are not references. */
const KINDS: Readonly<Record<string, "howto" | "explanation">> = {
  "deploying.md": "howto",
  "migrating.md": "howto",
  "coming_from.md": "howto",
  "security.md": "explanation",
  "speed.md": "explanation",
  "compared.md": "explanation",
  "dependencies.md": "explanation",
};

const WORDS = {
  en: {
    run: "Run it",
    prints: "It prints",
    notice: "What to notice",
    tutorial: "Tutorial",
    beyond: "Beyond the notes",
    howto: "How-to",
    reference: "Reference",
    explanation: "Explanation",
  },
  zh: {
    run: "运行",
    prints: "它打印",
    notice: "要点",
    tutorial: "教程",
    beyond: "笔记之外",
    howto: "指南",
    reference: "参考",
    explanation: "说明",
  },
} as const;
type Language = keyof typeof WORDS;

/** In place of the notes. */
const ENGLISH_NOTES = `# Notes and programs

[笔记与程序](/zh/${NOTES}) has each fragment of notes on aiohttp, in Chinese, beside its program. In
English, the [tutorial](/tutorial/0001_request.md) has a page for each.
`;

const read = (path: string): Promise<string> => Deno.readTextFile(new URL(path, ROOT));

/** Names of the Markdown files in a folder, sorted. */
async function markdownIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(new URL(folder, ROOT))) {
    if (isFile && name.endsWith(".md")) names.push(name);
  }
  return names.sort();
}

/** The page's path of a document or example, `null` for other files. */
function pageOf(path: string, language: Language): string | null {
  const prefix = language === "zh" ? "zh/" : "";
  if (/^README(?:\.zh-CN)?\.md$/.test(path)) {
    return path === "README.md" ? "index.md" : "zh/index.md";
  }
  if (/^(?:CHANGELOG|CONTRIBUTING|SECURITY)\.md$/.test(path)) return path.toLowerCase();
  if (/^(?:examples\/?|docs\/(?:zh\/)?tutorial\.md)$/.test(path)) {
    return `${prefix}tutorial/0001_request.md`;
  }
  const [, example] = /^examples\/(\d+_\w+)\.ts$/.exec(path) ?? [];
  if (example !== undefined) return `${prefix}tutorial/${example}.md`;
  const [, page] = /^docs\/(?:zh\/)?(.+\.md)$/.exec(path) ?? [];
  if (page === undefined) return null;
  return page === NOTES ? `zh/${page}` : page === NAMES ? page : prefix + page;
}

/** Links between files as links between pages, those to other files as links to `source`. */
function relinked(
  text: string,
  file: string,
  { language, source, pictures }: {
    readonly language: Language;
    readonly source: string | null;
    readonly pictures: Set<string>;
  },
): string {
  return text.replaceAll(/^<!-- .* -->\n/gm, "").replaceAll(
    /(!?)\[((?:[^\]\\]|\\.)*)\]\((?!\w+:|#)([^)#\s]+)(#[^)]*)?\)/g,
    (_, image: string, words: string, target: string, hash = "") => {
      const path = join(dirname(file), target);
      if (image !== "") {
        pictures.add(path);
        return `![${words}](/${path})`;
      }
      const page = pageOf(path, language);
      if (page !== null) return `[${words}](/${page}${hash})`;
      return source === null ? words : `[${words}](${source}/${path}${hash})`;
    },
  );
}

const titleOf = (text: string): string => (/^# (.+)$/m.exec(text)?.[1] ?? "").replaceAll("`", "");

const HAN = /\p{Script=Han}/u;

/**
 * A page of the tutorial: the example's comment as text, its command, program and output, and what
 * the document of the tutorial says about it.
 */
function tutorialPage(
  title: string,
  text: string,
  language: Language,
  { fragment, notice }: { readonly fragment: string; readonly notice: string },
): string {
  const words = WORDS[language];
  const [first = "", ...rest] = text.split("\n");
  const [program = "", prints] = rest.join("\n").split(/\n\/\/ (?:Prints:|(?=1 prints:))\n?/);
  const head = /^(?:\/\/ .*\n)*/.exec(program)?.[0] ?? "";
  const prose = head.split("\n").map((line) => line.replace(/^\/\/ ?/, ""))
    .filter((line) => HAN.test(line) === (language === "zh"));
  // The Chinese page has the program as the file is, with the comments of both.
  const code = program.slice(head.length).split("\n")
    .filter((line) => language === "zh" || !/^ *\/\/ /.test(line) || !HAN.test(line)).join("\n");
  const output = prints === undefined
    ? ""
    : `\n## ${words.prints}\n\n\`\`\`text\n${
      prints.replaceAll(/^\/\/ ?/gm, "").trimEnd()
    }\n\`\`\`\n`;
  return `# ${title}\n\n${prose.join("\n")}\n\n${fragment}\`\`\`ts\n${code.trim()}\n\`\`\`\n\n` +
    `## ${words.run}\n\n\`\`\`sh\n${
      first.slice(3)
    }\n\`\`\`\n${output}\n## ${words.notice}\n\n${notice}\n`;
}

/** The home page: the README below a picture of what it is. */
function homePage(readme: string, language: Language): string {
  const [intro = "", ...rest] = readme.replace(/^# .*\n/, "").split("\n## ");
  const [, tagline = ""] = /\*\*(.+?)\*\*/s.exec(intro) ?? [];
  const { tutorial, howto } = WORDS[language];
  const prefix = language === "zh" ? "/zh" : "";
  const [picture = "", alt] = /!\[([^\]]*)\]\(([^)]+)\)\n*/.exec(intro) ?? [];
  const hero = {
    name: "Roundtrip",
    image: { src: `/${OPENING}`, alt },
    tagline: tagline.replaceAll("\n", language === "zh" ? "" : " "),
    actions: [
      { theme: "brand", text: tutorial, link: `${prefix}/tutorial/0001_request` },
      { theme: "alt", text: howto, link: `${prefix}/coming_from` },
    ],
  };
  const body = intro.replace(picture, "").replace(/\*\*.+?\*\*/s, "").replaceAll(
    /\[(?:中文|English)\]\([^)]*\)/g,
    "",
  );
  const sections = rest.join("\n## ")
    .replace(/^!\[(.*)\]\((.*\/playground)\.png\)$/m, "$&\n![$1]($2-dark.png)");
  return `---\nlayout: home\nhero: ${
    JSON.stringify(hero)
  }\n---\n\n${body.trim()}\n\n## ${sections}`;
}

/**
 * Makes the pages and sidebars.
 * @param source Address of the repository's files, `null` to have their names without links.
 */
export async function stage(source: string | null): Promise<Site> {
  const pages = new Map<string, string>();
  const pictures = new Set([OPENING]);
  const add = (file: string, page: string, text: string, language: Language): void => {
    pages.set(page, relinked(text, file, { language, source, pictures }));
  };
  add("README.md", "index.md", homePage(await read("README.md"), "en"), "en");
  add("README.zh-CN.md", "zh/index.md", homePage(await read("README.zh-CN.md"), "zh"), "zh");
  for (const file of ["CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"]) {
    add(file, file.toLowerCase(), await read(file), "en");
  }

  const titles = new Map<string, Record<Language, string>>();
  for (const folder of ["", "howto/", "explanation/"]) {
    for (const name of await markdownIn(DOCUMENTS + folder)) {
      const page = folder + name;
      if (page === TUTORIAL) continue;
      const text = await read(DOCUMENTS + page);
      if (page === NOTES) add(DOCUMENTS + page, `zh/${page}`, text, "zh");
      else add(DOCUMENTS + page, page, text, "en");
      const title = { en: titleOf(text), zh: `${titleOf(text)}（英文）` };
      if (page !== NOTES && page !== NAMES) {
        const chinese = await read(`${DOCUMENTS}zh/${page}`);
        add(`${DOCUMENTS}zh/${page}`, `zh/${page}`, chinese, "zh");
        title.zh = titleOf(chinese);
      }
      titles.set(page, title);
    }
  }
  const listed = (kind: string, language: Language): Item[] =>
    [...titles].filter(([page]) =>
      page !== NOTES && (page.includes("/") ? dirname(page) : KINDS[page] ?? "reference") === kind
    ).map(([page, title]) => ({
      text: title[language],
      link: `/${pageOf(DOCUMENTS + page, language)}`,
    }));

  // Titles of the sections, in English from llms.txt and in Chinese from the notes.
  const notes = await read("docs/notes.md");
  const english = [
    ...(await read("llms.txt")).matchAll(/^- \[(\d+_\w+)\]\(examples\/\w+\.ts\): (.+)$/gm),
  ];
  const sidebar = (language: Language): Item[] => {
    const words = WORDS[language];
    const prefix = language === "zh" ? "/zh" : "";
    const sections = english.map(([, example = "", title = ""]): Item => {
      const text = language === "en"
        ? title.charAt(0).toUpperCase() + title.slice(1)
        : sectionOf(notes, example).title;
      return { text, link: `${prefix}/tutorial/${example}.md` };
    });
    const all = language === "zh" ? [{ text: titleOf(notes), link: `/zh/${NOTES}` }] : [];
    return [
      { text: words.tutorial, items: [...sections.slice(0, SECTIONS), ...all] },
      { text: words.beyond, collapsed: true, items: sections.slice(SECTIONS) },
      { text: words.howto, items: listed("howto", language) },
      { text: words.reference, items: listed("reference", language) },
      { text: words.explanation, items: listed("explanation", language) },
    ];
  };
  pages.set(NOTES, ENGLISH_NOTES);
  // The switch of the language leads from a page to the one of the same name.
  for (const [page, text] of [...pages]) {
    if (page.startsWith("zh/") || pages.has(`zh/${page}`) || page.startsWith("tutorial/")) continue;
    const title = titleOf(text);
    pages.set(`zh/${page}`, `# ${title}\n\n本页只有英文：[${title}](/${page})。\n`);
  }
  const result = { pages, pictures, en: sidebar("en"), zh: sidebar("zh") };
  for (const language of ["en", "zh"] as const) {
    const items = result[language].flatMap(({ items = [] }) => items);
    const folder = language === "zh" ? "docs/zh/" : DOCUMENTS;
    const parts = (await read(folder + TUTORIAL)).split(/^## .*$/m);
    for (const [, example = ""] of english) {
      const { text: title = "", link = "" } = items.find(({ link = "" }) =>
        link.includes(`/${example}.md`)
      ) ?? {};
      const file = `examples/${example}.ts`;
      const fragment = language === "zh" ? sectionOf(notes, example).fragment : "";
      const [, notice] = parts.map((part) => part.split(`/${file})\n\n`))
        .find(([, text]) => text !== undefined) ?? [];
      if (notice === undefined) throw new Error(`${folder}${TUTORIAL} has no ${example}`);
      const around = { fragment, notice: notice.trim() };
      const page = tutorialPage(title, await read(file), language, around);
      // Links are those of the tutorial's document.
      add(folder + TUTORIAL, link.slice(1), page, language);
    }
  }
  return result;
}

/** The section of an example in docs/notes.md: its title, and the fragment of the notes. */
function sectionOf(notes: string, example: string): { title: string; fragment: string } {
  for (const part of notes.split("\n## ").slice(1)) {
    if (!part.includes(`](../examples/${example}.ts)`)) continue;
    const [, row] = new RegExp(`^\\| (.+?) +\\| \\[${example}\\]`, "m").exec(part) ?? [];
    if (row !== undefined) return { title: row, fragment: "" };
    const [title = ""] = part.split("\n");
    const [fragment = ""] = /```python\n[^]*?\n```\n/.exec(part) ?? [];
    return { title, fragment: `aiohttp：\n\n${fragment}\nRoundtrip：\n\n` };
  }
  throw new Error(`docs/notes.md has no section for ${example}`);
}

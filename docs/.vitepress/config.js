// The site; `deno task site` stages the pages with their sidebars in site.json.
import { readFileSync } from "node:fs";
import process from "node:process";

const { en, zh } = JSON.parse(readFileSync(new URL("./site.json", import.meta.url), "utf8"));
const base = process.env.SITE_BASE || "/";

const SEARCH_ZH = {
  button: { buttonText: "搜索", buttonAriaLabel: "搜索" },
  modal: {
    noResultsText: "没有结果",
    resetButtonTitle: "清除",
    footer: { selectText: "选择", navigateText: "切换", closeText: "关闭" },
  },
};

/** Words of a text for the search. Chinese has no spaces: its words are found by pairs of characters. */
function tokenize(text) {
  return text.split(/[\s\p{P}\p{S}]+/u).flatMap((word) =>
    word.split(/(\p{Script=Han}+)/u).flatMap((run, i) =>
      i % 2 === 0 || run.length < 3
        ? run
        : Array.from({ length: run.length - 1 }, (_, at) => run.slice(at, at + 2))
    )
  ).filter((word) => word !== "");
}

const theme = (sidebar, words) => ({
  nav: [
    { text: words.tutorial, link: sidebar[0].items[0].link },
    { text: words.howto, link: sidebar[2].items[0].link },
    {
      text: words.reference,
      link: sidebar[3].items.find(({ link }) => link.endsWith("/command.md")).link,
    },
    { text: words.explanation, link: sidebar[4].items[0].link },
    { text: words.api, link: "/api/index.html", target: "_blank" },
  ],
  sidebar,
  ...words.theme,
});

export default {
  title: "Roundtrip",
  description: "aiohttp's client and server for Deno",
  base,
  head: [["link", { rel: "icon", href: `${base}icon.svg`, type: "image/svg+xml" }]],
  srcExclude: ["public/**"],
  lastUpdated: false,
  // The reference is made by `deno doc`; addresses of examples are the reader's own servers.
  ignoreDeadLinks: [/^\/api\//, /^https?:\/\/localhost/],
  markdown: {
    html: false,
    languageAlias: { haproxy: "nginx" },
    theme: { light: "github-light", dark: "github-dark" },
    // Documents are plain Markdown: braces are text, not Vue's expressions.
    config({ renderer: { rules } }) {
      for (const name of ["text", "code_inline"]) {
        const render = rules[name];
        rules[name] = (...args) => render(...args).replaceAll("{{", "&#123;&#123;");
      }
    },
  },
  themeConfig: {
    search: {
      provider: "local",
      options: {
        locales: { zh: { translations: SEARCH_ZH } },
        miniSearch: { options: { tokenize } },
      },
    },
    outline: [2, 3],
    logo: { src: "/icon.svg", alt: "" },
  },
  locales: {
    root: {
      label: "English",
      lang: "en",
      themeConfig: theme(en, {
        tutorial: "Tutorial",
        howto: "How-to",
        reference: "Reference",
        explanation: "Explanation",
        api: "API",
        theme: {},
      }),
    },
    zh: {
      label: "中文",
      lang: "zh-CN",
      description: "Deno 上的 aiohttp 客户端与服务端",
      themeConfig: theme(zh, {
        tutorial: "教程",
        howto: "指南",
        reference: "参考",
        explanation: "说明",
        api: "API",
        theme: {
          outline: { level: [2, 3], label: "本页" },
          docFooter: { prev: "上一页", next: "下一页" },
          darkModeSwitchLabel: "主题",
          sidebarMenuLabel: "目录",
          returnToTopLabel: "回到顶部",
          langMenuLabel: "语言",
        },
      }),
    },
  },
};

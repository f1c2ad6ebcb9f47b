import { highlight } from "./highlight.js";

const name = location.pathname.split("/").at(-1);
const file = name === "playground" ? "playground/main.ts" : `${name}.ts`;
const response = await fetch(`/examples/${file}`);
const [, number, words] = /^(\d+)_(\w+)$/.exec(name) ?? [];
const title = number === undefined ? name : `${Number(number)}. ${words.replaceAll("_", " ")}`;
document.title = `${title} · Roundtrip tutorial`;
document.querySelector("h1").textContent = title;
const code = document.querySelector("code");
if (response.ok) highlight(code, await response.text());
else code.textContent = `There is no chapter ${name}`;

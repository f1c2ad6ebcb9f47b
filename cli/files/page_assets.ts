/** On a phone each row is a card: the name on its own line, the rest below. */
export const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d0d4d9, #3c4248); --dim: light-dark(#59636e, #9aa4af); }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 1rem auto; padding: 0 1rem; }
h1 { font-size: 1.3rem; margin: .2rem 0 1rem; }
h1, nav, td:first-child, li, pre { overflow-wrap: anywhere; }
a { color: light-dark(#0550ae, #79b8ff); }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; }
tr { border-bottom: 1px solid var(--line); }
th a { color: inherit; text-decoration: none; }
th a:hover { text-decoration: underline; }
td + td { color: var(--dim); }
td + td, th + th { white-space: nowrap; font-variant-numeric: tabular-nums; }
td:nth-child(2), th:nth-child(2) { text-align: right; }
input { max-width: 100%; font: inherit; }
button { font: inherit; }
#drop { border: 2px dashed var(--dim); border-radius: .5rem; padding: 1rem; margin: 1rem 0; }
#drop.over { border-style: solid; }
#drop label { display: inline-block; max-width: 100%; }
#state, #log { margin: 0; }
progress { width: 12rem; max-width: 100%; }
li.failed { color: light-dark(#b3261e, #ff8a80); }
#mkdir, form[role] { margin: .6rem 0; }
form.remove { margin: 0; }
pre { white-space: pre-wrap; border-top: 1px solid var(--line); padding-top: 1rem; }
@media (max-width: 40rem) {
  table, thead, tbody { display: block; }
  tr { display: flex; flex-wrap: wrap; gap: 0 .8rem; align-items: center; padding: .3rem 0; }
  th, td { padding: .2rem 0; }
  td:empty { display: none; }
  tbody td:first-child { flex: 0 0 100%; }
  tbody td:first-child a, th a { display: inline-block; padding: .35rem 0; }
  tbody td + td { font-size: .9rem; }
  tbody td:nth-child(4) { margin-left: auto; }
  button { min-height: 2.5rem; }
  #drop label { display: block; margin-bottom: .5rem; }
  #drop input { display: block; width: 100%; }
}
`;

/** Confirms deletions; uploads files one by one, each with a progress bar. */
export const SCRIPT = `
for (const form of document.querySelectorAll("form.remove")) {
  const button = form.elements[0];
  form.method = "post";
  button.name = "remove";
  form.addEventListener("submit", (event) => {
    if (!confirm("Delete " + button.value + "? This cannot be undone.")) event.preventDefault();
  });
}
const upload = (form) => {
const log = document.getElementById("log");
const state = document.getElementById("state");
const queue = [];
let busy = false, failed = 0, reading = 0, count = 0, done = 0;
const tell = () => {
  state.textContent = done + " of " + count + " uploaded" + (failed ? ", " + failed + " failed" : "");
};
const add = (file, name) => {
  const item = document.createElement("li"), bar = document.createElement("progress");
  item.append(name + " ", bar);
  bar.max = file.size || 1; bar.value = 0;
  bar.setAttribute("aria-label", "Upload of " + name);
  count++;
  log.append(item);
  queue.push({ file, name, item, bar });
  if (!busy) next();
};
const next = () => {
  const job = queue.shift();
  busy = job !== undefined;
  // A folder that is still being read will add more.
  if (!busy) { if (failed === 0 && reading === 0) location.reload(); return; }
  const data = new FormData();
  data.append("file", job.file, job.name);
  const request = new XMLHttpRequest();
  request.open("POST", location.pathname);
  request.setRequestHeader("Accept", "application/json");
  request.upload.onprogress = (event) => { job.bar.value = event.loaded; job.bar.max = event.total; };
  const end = (problem) => {
    if (problem) { failed++; job.item.className = "failed"; job.bar.replaceWith(problem); }
    else { done++; job.bar.replaceWith("uploaded"); }
    tell();
    next();
  };
  request.onload = () => end(request.status < 300 ? "" : request.responseText || "status " + request.status);
  request.onerror = () => end("the connection broke");
  request.send(data);
};
const walk = async (entry, path) => {
  if (entry.isFile) {
    return add(await new Promise((...done) => entry.file(...done)), path + entry.name);
  }
  const reader = entry.createReader();
  for (;;) {
    const found = await new Promise((...done) => reader.readEntries(...done));
    if (found.length === 0) return;
    for (const each of found) await walk(each, path + entry.name + "/");
  }
};
const drop = async (entries) => {
  reading++;
  for (const entry of entries) {
    try { await walk(entry, ""); } catch (problem) {
      const item = document.createElement("li");
      item.className = "failed"; item.textContent = entry.name + " " + problem;
      log.append(item); failed++;
    }
  }
  reading--;
  if (!busy) next();
};
form.addEventListener("submit", (event) => {
  event.preventDefault();
  for (const id of ["files", "folder"]) {
    const input = document.getElementById(id);
    for (const file of input.files) add(file, file.webkitRelativePath || file.name);
  }
  form.reset();
});
document.addEventListener("dragover", (event) => { event.preventDefault(); form.className = "over"; });
document.addEventListener("dragleave", () => { form.className = ""; });
document.addEventListener("drop", (event) => {
  event.preventDefault();
  form.className = "";
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.());
  if (entries.every((entry) => entry)) drop(entries);
  else for (const file of event.dataTransfer.files) add(file, file.name);
});
};
const drop = document.getElementById("drop");
if (drop !== null) upload(drop);
`;

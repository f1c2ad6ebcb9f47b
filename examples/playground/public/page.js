import { highlight } from "./highlight.js";

const find = (selector) => document.querySelector(selector);
const answerOf = (card) => find(`#${card} .answer`);

function element(name, className, ...children) {
  const made = document.createElement(name);
  made.className = className;
  made.append(...children);
  return made;
}

function add(list, text, className = "") {
  const item = element("p", className, text);
  list.append(item);
  list.scrollTop = list.scrollHeight; // the list's own: the page stays where it is
  return item;
}

/** Tells it to screen readers. */
function say(text) {
  find("#said").textContent = text;
}

const MOST_SHOWN = 4000; // characters of a body

/** Shows a request, and after it what came: the status, headers and body, or the reason of none. */
function show(card, method, target, answer) {
  const rows = [element("p", "", element("b", "", method), ` ${target}`)];
  if (answer === undefined) rows.push(element("p", "soft", "waiting …"));
  else if (answer.failure !== undefined) rows.push(element("p", "bad", answer.failure));
  else {
    const { status, statusText, ms, headers = [], body } = answer;
    const kind = status >= 500 ? "bad" : status >= 400 ? "warm" : "";
    const time = element("span", "soft", ms === undefined ? "" : ` ${ms} ms`);
    rows.push(element("p", kind, element("b", "", `${status}`), ` ${statusText}`, time));
    if (headers.length > 0) {
      const lines = headers.flatMap(([name, value]) => [
        element("span", "field", `${name}:`),
        ` ${value}\n`,
      ]);
      rows.push(element("pre", "headers", ...lines));
    }
    if (body !== "") rows.push(element("pre", "body", shorten(body)));
  }
  if (card !== "chat" && answer !== undefined) say(`${method} ${target}: ${rows[1].textContent}`);
  for (const row of rows.filter(({ tagName }) => tagName === "PRE")) {
    row.tabIndex = 0; // it may scroll
    row.setAttribute("role", "group");
    row.ariaLabel = row.className;
  }
  answerOf(card).replaceChildren(...rows);
  return rows.at(-1);
}

function shorten(text) {
  const more = text.length - MOST_SHOWN;
  return more > 0 ? `${text.slice(0, MOST_SHOWN)}\n… ${more} characters more` : text;
}

const SKIPPED = new Set(["date", "vary", "content-security-policy"]);
const shownHeaders = (headers) => [...headers].filter(([name]) => !SKIPPED.has(name));
const AWAY = "No answer: the server is away. Start it, and try again.";

const running = new Map();

/** Sends a request and shows all of it; a later one of the same card ends this one. */
async function exchange(card, method, target, init = {}) {
  running.get(card)?.abort();
  const controller = new AbortController();
  running.set(card, controller);
  show(card, method, target);
  const start = performance.now();
  let answer = null;
  try {
    const options = { method, cache: "no-store", signal: controller.signal, ...init };
    const response = await fetch(target, options);
    const { status, statusText } = response;
    const headers = shownHeaders(response.headers);
    answer = { status, statusText, headers, body: "", ms: Math.round(performance.now() - start) };
    const body = show(card, method, target, { ...answer, body: "…" });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    for (let text = ""; reader !== undefined;) {
      const { done, value } = await reader.read();
      if (done) break;
      body.textContent = shorten(text += value);
      answer.body = text;
    }
    show(card, method, target, answer);
    return { ...answer, response };
  } catch {
    if (running.get(card) !== controller) return null;
    const why = controller.signal.aborted ? "Stopped" : AWAY;
    const broken = answer === null ? { failure: why } : {
      ...answer,
      body: `${answer.body}\n(${why})`,
    };
    show(card, method, target, broken);
    return null;
  }
}

// The cards that are one request: what to send, from the form and the button that was pressed.
const icon = "/static/icon.svg";
let etag = "";
const REQUESTS = {
  hello: ({ name, times, bad }) => {
    const query = new URLSearchParams({ times: bad ? "many" : times });
    return ["GET", `/hello/${encodeURIComponent(name || "Ada")}?${query}`];
  },
  orders: ({ json, bad }) => {
    const body = bad ? '{"item": 7, "count": "many"}' : json;
    find("#orders textarea").value = body;
    return ["POST", "/orders", { body, headers: { "content-type": "application/json" } }];
  },
  redirects: ({ hops, bad }) => ["GET", `/follow/${bad ? 11 : hops}`],
  count: ({ to }) => ["GET", `/count/${to}`],
  files: ({ how }) => {
    if (how === "missing") return ["GET", "/static/missing.txt"];
    const headers = how === "range"
      ? { range: "bytes=0-39" }
      : how === "changed"
      ? { "if-none-match": etag || "*" }
      : {};
    return ["GET", icon, { headers }];
  },
};
for (const form of document.querySelectorAll("form[data-try]")) {
  const card = form.closest(".card").id;
  form.onsubmit = async (event) => {
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(form, event.submitter));
    const answer = await exchange(card, ...REQUESTS[card](fields));
    if (card === "files") etag = answer?.response.headers.get("etag") ?? etag;
  };
}
find("#stop").onclick = () => running.get("count")?.abort();

// Session.
let user = null;

function showUser({ user, visits, cookies }) {
  find("#who").textContent = user === null ? "Not logged in" : `Logged in as ${user}`;
  find("#login").hidden = user !== null;
  find("#logout").hidden = user === null;
  find("#me").textContent = `${user ?? "a stranger"}, visit ${visits}, cookie ${
    cookies.join() || "none yet"
  }`;
}

async function showSession() {
  const me = await (await fetch("/me")).json();
  showUser(me);
  return me.user;
}

find("#login").onsubmit = async (event) => {
  event.preventDefault();
  const answer = await exchange("session", "POST", "/login", {
    body: new URLSearchParams(new FormData(event.target)),
  });
  if (answer?.status !== 200) return;
  await join().catch(reconnect);
  find("#logout button").focus({ preventScroll: true });
};
find("#again").onclick = async () => {
  const answer = await exchange("session", "GET", "/me");
  if (answer?.status === 200) showUser(JSON.parse(answer.body));
};
// A tab that has lost its connection hears of a log-out in another one too.
const logouts = new BroadcastChannel("logout");
logouts.onmessage = () => user = null;
find("#logout").onsubmit = async (event) => {
  event.preventDefault();
  logouts.postMessage("");
  user = null;
  const answer = await exchange("session", "POST", "/logout");
  if (answer?.status !== 200) return;
  await showSession();
  find("#login button").focus({ preventScroll: true });
};

// Upload, by XMLHttpRequest, as fetch() does not tell how much was sent.
const MAX_UPLOAD = 1024 ** 3;

function upload(file, how) {
  const bar = find("#bar");
  const output = find("#uploaded");
  const [method, target] = how === "form"
    ? ["POST", "/upload"]
    : ["PUT", `/upload/${encodeURIComponent(file.name)}`];
  bar.value = 0;
  if (file.size > MAX_UPLOAD) {
    say(
      output.textContent =
        `${file.name} has ${file.size} bytes; a file may have ${MAX_UPLOAD} at most`,
    );
    return;
  }
  running.get("upload")?.abort();
  const request = new XMLHttpRequest();
  running.set("upload", request);
  show("upload", method, target);
  const start = performance.now();
  request.upload.onprogress = ({ loaded, total }) => {
    bar.value = 100 * loaded / total;
    output.textContent = `${Math.floor(bar.value)} %`;
  };
  request.onloadend = () => {
    if (running.get("upload") !== request) return;
    const { status, statusText, responseText: body } = request;
    if (status === 0) show("upload", method, target, { failure: AWAY });
    else {
      const headers = request.getAllResponseHeaders().trim().split("\r\n")
        .map((line) => line.split(/: (.*)/, 2)).filter(([name]) => !SKIPPED.has(name));
      const ms = Math.round(performance.now() - start);
      show("upload", method, target, { status, statusText, ms, headers, body });
    }
    if (status === 200) {
      const { name, size, sha256 } = JSON.parse(body);
      bar.value = 100;
      output.textContent = `${name}, ${size} bytes\nsha256 ${sha256}`;
    } else {
      bar.value = 0;
      output.textContent = body || "The connection broke";
    }
  };
  request.open(method, target);
  if (how === "form") {
    const form = new FormData();
    form.append("file", file);
    request.send(form);
  } else request.send(file);
}

find("#upload-form").onsubmit = (event) => {
  event.preventDefault();
  upload(event.target.elements.file.files[0], event.submitter.value);
};

// Chat. Messages are stored until the server echoes them, and sent again on a new connection.
const LOGGED_OUT = 4401;
const RETRY = 1000; // ms
const unsent = new Map();
const shown = new Set();
let socket = null;

const note = (text) => add(find("#lines"), text, "note");

function frame(statusText, data = "") {
  show("chat", "GET", "/chat", { status: 101, statusText, body: data });
}

function connect() {
  socket?.close();
  const own = socket = new WebSocket("/chat");
  own.onopen = () => {
    frame("Switching Protocols");
    for (const line of unsent.values()) own.send(line);
  };
  own.onmessage = ({ data }) => {
    frame("Switching Protocols", data);
    const { from, text, id } = JSON.parse(data);
    if (from === null) return note(text);
    unsent.delete(id);
    if (shown.has(id)) return;
    shown.add(id);
    add(find("#lines"), `${from}: ${text}`);
  };
  own.onclose = ({ code, reason }) => {
    if (socket !== own) return;
    if (code === LOGGED_OUT) user = null;
    else note("The connection is lost, trying again");
    show("chat", "GET", "/chat", { failure: `Closed with ${code} ${reason}` });
    reconnect();
  };
}

async function reconnect() {
  await new Promise((resolve) => setTimeout(resolve, RETRY));
  try {
    // A server that was started anew knows no log-in of before.
    if (await showSession() === null && user !== null) {
      await fetch("/login", { method: "POST", body: new URLSearchParams({ user }) });
    }
    await join();
  } catch {
    reconnect(); // the server is away
  }
}

async function join() {
  user = await showSession();
  if (user !== null) connect();
  else note("Log in to join");
}

find("#say").onsubmit = (event) => {
  event.preventDefault();
  const { text } = event.target.elements;
  if (socket === null) return note("Log in to join");
  const id = `${Date.now()} ${Math.random()}`;
  unsent.set(id, JSON.stringify({ id, text: text.value }));
  if (socket.readyState === WebSocket.OPEN) socket.send(unsent.get(id));
  else note(`Not sent yet: ${text.value}`);
  text.value = "";
};

// Events. A browser opens six connections to a host, and each stream of events holds one. So one
// tab listens and tells the others; when it is closed, the next one has the lock.
const STATES = { live: "live", away: "server away, trying again" };
const tabs = new BroadcastChannel("news");
let state = null;
let lastSeen = ""; // a tab that takes over asks for what was sent meanwhile

function showNews({ data, lastEventId }) {
  const news = find("#news");
  const item = add(news, data);
  lastSeen = lastEventId;
  item.title = `id: ${lastEventId}`;
  news.prepend(item);
  news.scrollTop = 0;
}

function showState(now) {
  state = now;
  find("#state").textContent = STATES[now];
  find("#state").dataset.state = now;
  show(
    "events",
    "GET",
    "/events",
    now === "live"
      ? {
        status: 200,
        statusText: "OK",
        headers: [["content-type", "text/event-stream"]],
        body: "",
      }
      : { failure: AWAY },
  );
}

tabs.onmessage = ({ data: { news, state: told, asks } }) => {
  if (news !== undefined) showNews(news);
  if (told !== undefined) showState(told);
  if (asks && leads && state !== null) tabs.postMessage({ state });
};
let leads = false;
function listen() {
  leads = true;
  const source = new EventSource(
    lastSeen === "" ? "/events" : `/events?${new URLSearchParams({ lastEventId: lastSeen })}`,
  );
  const tell = (now) => {
    showState(now);
    tabs.postMessage({ state: now });
  };
  source.onopen = () => tell("live");
  source.onerror = () => tell("away");
  source.onmessage = ({ data, lastEventId }) => {
    showNews({ data, lastEventId });
    tabs.postMessage({ news: { data, lastEventId } });
  };
  return new Promise(() => {});
}
tabs.postMessage({ asks: true });
if (navigator.locks === undefined) listen(); // not on localhost, and without TLS
else navigator.locks.request("news", listen);

find("#tell").onsubmit = async (event) => {
  event.preventDefault();
  const { text } = event.target.elements;
  const body = new URLSearchParams({ text: text.value });
  if (await exchange("events", "POST", "/events", { body }) !== null) text.value = "";
};

// Sources: the files that run.
const narrow = matchMedia("(width < 60rem)");
for (const details of document.querySelectorAll("details.source")) {
  details.open = !narrow.matches;
  const path = `playground/cards/${details.dataset.source}.ts`;
  details.firstElementChild.textContent = `examples/${path}`;
  const code = details.querySelector("code");
  fetch(`/examples/${path}`).then((response) => response.text())
    .then((text) => highlight(code, text.trimEnd()), () => code.textContent = AWAY);
}
for (const answer of document.querySelectorAll(".answer")) {
  const { method, path } = answer.dataset;
  answer.replaceChildren(
    element("p", "", element("b", "", method), ` ${path}`),
    element("p", "soft", "not sent yet"),
  );
}

await join().catch(reconnect);

const find = (selector) => document.querySelector(selector);

function add(list, text, className = "") {
  const item = document.createElement("li");
  item.textContent = text;
  item.className = className;
  list.append(item);
  return item;
}

let maxUpload = Infinity;

async function showSession() {
  const me = await (await fetch("/me")).json();
  find("#who").textContent = me.user === null ? "Not logged in" : `Logged in as ${me.user}`;
  find("#login").hidden = me.user !== null;
  find("#logout").hidden = me.user === null;
  const cookies = me.cookies.map(({ name, length }) => `${name}, ${length} characters`);
  find("#session").textContent = `visit ${me.visits}\n${cookies.join("\n")}`;
  maxUpload = me.maxUpload;
  return me.user;
}

// XMLHttpRequest, as fetch() does not tell how much of an upload was sent.
function upload(file, how) {
  const bar = find("#bar");
  const output = find("#uploaded");
  if (file.size > maxUpload) {
    output.textContent =
      `${file.name} has ${file.size} bytes; a file may have ${maxUpload} at most`;
    return;
  }
  const request = new XMLHttpRequest();
  request.upload.onprogress = ({ loaded, total }) => {
    bar.value = 100 * loaded / total;
    output.textContent = `${Math.floor(bar.value)} %`;
  };
  request.onloadend = () => {
    if (request.status !== 200) {
      bar.value = 0;
      output.textContent = request.responseText || "The connection broke";
      return;
    }
    const { name, size, sha256 } = JSON.parse(request.responseText);
    bar.value = 100;
    output.textContent = `${name}, ${size} bytes\nsha256 ${sha256}`;
  };
  if (how === "form") {
    const form = new FormData();
    form.append("file", file);
    request.open("POST", "/upload");
    request.send(form);
  } else {
    request.open("PUT", `/upload/${encodeURIComponent(file.name)}`);
    request.send(file);
  }
}

const LOGGED_OUT = 4401;
const RETRY = 1000; // ms

// Messages are stored until the server echoes them, and sent again on a new connection.
const unsent = new Map();
const shown = new Set();
let socket = null;
let user = null;

function note(text) {
  add(find("#lines"), text, "note").scrollIntoView({ block: "nearest" });
}

function connect() {
  socket = new WebSocket("/chat");
  socket.onopen = () => {
    for (const line of unsent.values()) socket.send(line);
  };
  socket.onmessage = ({ data }) => {
    const { from, text, id } = JSON.parse(data);
    if (from === null) return note(text);
    unsent.delete(id);
    if (shown.has(id)) return;
    shown.add(id);
    add(find("#lines"), `${from}: ${text}`).scrollIntoView({ block: "nearest" });
  };
  socket.onclose = ({ code }) => {
    if (code === LOGGED_OUT) user = null;
    else note("The connection is lost, trying again");
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
  if (socket === null) return;
  const id = `${Date.now()} ${Math.random()}`;
  unsent.set(id, JSON.stringify({ id, text: text.value }));
  if (socket.readyState === WebSocket.OPEN) socket.send(unsent.get(id));
  else note(`Not sent yet: ${text.value}`);
  text.value = "";
};

find("#upload").onsubmit = (event) => {
  event.preventDefault();
  upload(event.target.elements.file.files[0], event.submitter.value);
};

// A tab that has lost its connection hears of a log-out in another one too.
const logouts = new BroadcastChannel("logout");
logouts.onmessage = () => user = null;
find("#logout").onsubmit = () => logouts.postMessage("");

function showNews({ data }) {
  const news = find("#news");
  news.prepend(add(news, data));
}

// A browser opens six connections to a host, and each stream of events holds one. So one tab
// listens and tells the others; when it is closed, the next one has the lock.
const tabs = new BroadcastChannel("news");
tabs.onmessage = showNews;
function listen() {
  new EventSource("/events").onmessage = ({ data }) => {
    showNews({ data });
    tabs.postMessage(data);
  };
  return new Promise(() => {});
}
if (navigator.locks === undefined) listen(); // not on localhost, and without TLS
else navigator.locks.request("news", listen);

await join();

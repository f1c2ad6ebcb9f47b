const find = (selector) => document.querySelector(selector);

function add(list, text, className = "") {
  const item = document.createElement("li");
  item.textContent = text;
  item.className = className;
  list.append(item);
  return item;
}

async function showSession() {
  const me = await (await fetch("/me")).json();
  find("#who").textContent = me.user === null ? "Not logged in" : `Logged in as ${me.user}`;
  find("#login").hidden = me.user !== null;
  find("#logout").hidden = me.user === null;
  const cookies = me.cookies.map(({ name, length }) => `${name}, ${length} characters`);
  find("#session").textContent = `visit ${me.visits}\n${cookies.join("\n")}`;
  return me.user;
}

// XMLHttpRequest, as fetch() does not tell how much of an upload was sent.
function upload(file, how) {
  const bar = find("#bar");
  const output = find("#uploaded");
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

function chat() {
  const lines = find("#lines");
  const socket = new WebSocket("/chat");
  socket.onmessage = ({ data }) => {
    const { from, text } = JSON.parse(data);
    const item = from === null ? add(lines, text, "note") : add(lines, `${from}: ${text}`);
    item.scrollIntoView({ block: "nearest" });
  };
  socket.onclose = () => add(lines, "The connection is closed; reload to join again", "note");
  find("#say").onsubmit = (event) => {
    event.preventDefault();
    const { text } = event.target.elements;
    if (socket.readyState === WebSocket.OPEN) socket.send(text.value);
    text.value = "";
  };
}

find("#upload").onsubmit = (event) => {
  event.preventDefault();
  upload(event.target.elements.file.files[0], event.submitter.value);
};

new EventSource("/events").onmessage = ({ data }) => {
  const news = find("#news");
  news.prepend(add(news, data));
};

if (await showSession() !== null) chat();
else {
  add(find("#lines"), "Log in to join", "note");
  find("#say").onsubmit = (event) => event.preventDefault();
}

// Confirms deletions; uploads files one by one, each with a progress bar.
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
    state.textContent = done + " of " + count + " uploaded" +
      (failed ? ", " + failed + " failed" : "");
  };
  const add = (file, name) => {
    const item = document.createElement("li"), bar = document.createElement("progress");
    item.append(name + " ", bar);
    bar.max = file.size || 1;
    bar.value = 0;
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
    if (!busy) {
      if (failed === 0 && reading === 0) location.reload();
      return;
    }
    const data = new FormData();
    data.append("file", job.file, job.name);
    const request = new XMLHttpRequest();
    request.open("POST", location.pathname);
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = (event) => {
      job.bar.value = event.loaded;
      job.bar.max = event.total;
    };
    const end = (problem) => {
      if (problem) {
        failed++;
        job.item.className = "failed";
        job.bar.replaceWith(problem);
      } else {
        done++;
        job.bar.replaceWith("uploaded");
      }
      tell();
      next();
    };
    request.onload = () =>
      end(request.status < 300 ? "" : request.responseText || "status " + request.status);
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
      try {
        await walk(entry, "");
      } catch (problem) {
        const item = document.createElement("li");
        item.className = "failed";
        item.textContent = entry.name + " " + problem;
        log.append(item);
        failed++;
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
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    form.className = "over";
  });
  document.addEventListener("dragleave", () => {
    form.className = "";
  });
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

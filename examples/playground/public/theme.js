// Runs before the first paint, so that a chosen theme does not flash.
const root = document.documentElement;
const stored = () => {
  try {
    return localStorage.getItem("theme") ?? "";
  } catch {
    return ""; // storage is off
  }
};
const show = (theme) => {
  if (theme === "") delete root.dataset.theme;
  else root.dataset.theme = theme;
};
show(stored());
addEventListener("DOMContentLoaded", () => {
  const choice = document.querySelector("#theme");
  choice.value = stored();
  choice.onchange = () => {
    show(choice.value);
    try {
      localStorage.setItem("theme", choice.value);
    } catch {
      // Until the page is left.
    }
  };
});

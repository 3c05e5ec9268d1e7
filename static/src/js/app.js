// Enhancements only: every page works without this file.
document.documentElement.classList.add("js");

const summary = document.querySelector("[data-focus]");
if (summary) {
  summary.focus();
}

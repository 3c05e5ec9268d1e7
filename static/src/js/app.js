// Enhancements only: every page works without this file.
const root = document.documentElement;
root.classList.add("js");

// After a refused form, the reader is taken to the list of what to correct.
document.querySelector("[data-focus]")?.focus();

// A link of that list opens the folded part in which its field stands.
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#"]');
  const target = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!target) {
    return;
  }
  for (let parent = target.closest("details"); parent; parent = parent.parentElement.closest("details")) {
    parent.open = true;
  }
  if (target.matches("input, select, textarea")) {
    event.preventDefault();
    (document.getElementById(`${target.id}-group`) ?? target).scrollIntoView({ block: "start" });
    target.focus({ preventScroll: true });
  }
});

// A second press on a button that is already sending does nothing; the server would answer the same anyway.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent && Date.now() - Number(form.dataset.sent) < 3000) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = String(Date.now());
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) {
    delete form.dataset.sent;
  }
});

// A button says what it will do, as the answers stand: « Envoyer à 3 CFA », « Envoyer ma réponse ».
for (const button of document.querySelectorAll("button[data-of]")) {
  const plain = button.textContent;
  const { of, count, when, says } = button.dataset;
  const say = () => {
    const ticked = [...button.form.elements].filter((one) => one.name === of && one.checked);
    const changed = count ? ticked.length > 0 : ticked.some((one) => one.value === when);
    button.textContent = changed ? (count ? count.replace("{n}", ticked.length) : says) : plain;
  };
  button.form.addEventListener("change", say);
  window.addEventListener("pageshow", say);
}

// « Imprimer » and « Copier » only exist where the browser can do it.
for (const button of document.querySelectorAll("[data-print], [data-copy]")) {
  if ("copy" in button.dataset && !navigator.clipboard) {
    continue;
  }
  button.hidden = false;
  button.addEventListener("click", async () => {
    if ("print" in button.dataset) {
      window.print();
      return;
    }
    await navigator.clipboard.writeText(button.dataset.copy);
    const told = document.getElementById(button.dataset.told);
    if (told) {
      told.textContent = "Copié.";
    }
  });
}

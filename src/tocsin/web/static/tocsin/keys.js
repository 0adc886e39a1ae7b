// Keyboard: c declare, u update, n note, j/k steps, x tick, ? help. Also opens what data-open names.
(() => {
  const isTyping = (target) => target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]");

  function open(selector) {
    const found = document.querySelector(selector);
    if (!found) return false;
    if (found.matches("dialog")) { found.showModal(); return true; }
    found.closest("details")?.setAttribute("open", "");
    const field = found.matches("textarea, input, a, button") ? found : found.querySelector("textarea, input:not([type=hidden])");
    field?.scrollIntoView({ block: "center" });
    field?.focus();
    return Boolean(field);
  }

  function move(by) {
    const steps = [...document.querySelectorAll("li.step")].filter((step) => step.offsetParent !== null);
    if (!steps.length) return false;
    const here = steps.indexOf(document.activeElement?.closest?.("li.step"));
    const next = here < 0 ? (by > 0 ? 0 : steps.length - 1) : Math.min(Math.max(here + by, 0), steps.length - 1);
    steps[next].focus();
    steps[next].scrollIntoView({ block: "nearest" });
    return true;
  }

  function tick() {
    const step = document.activeElement?.closest?.("li.step") || document.querySelector("li.step.is-next");
    const button = step?.querySelector(".tick");
    button?.click();
    return Boolean(button);
  }

  const keys = {
    c: () => { const link = document.querySelector("[data-declare]"); link?.click(); return Boolean(link); },
    u: () => open("[data-update-composer]"),
    n: () => open("[data-note-composer]"),
    j: () => move(1),
    k: () => move(-1),
    x: tick,
    "?": () => open("#keys"),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
    if (keys[event.key]?.()) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) { event.preventDefault(); open(opener.dataset.open); }
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.removeAttribute("open");
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.querySelector("details.menu[open]")?.removeAttribute("open");
  });
  for (const button of document.querySelectorAll("button[data-open]")) button.hidden = false;
})();

// The command palette: Ctrl or Cmd and K, or /, finds incidents, steps, people and pages; arrows choose, Enter goes there.
(() => {
  const palette = document.getElementById("palette");
  if (!palette) return;
  const field = palette.querySelector("[role=combobox]");
  const place = palette.querySelector(".palette-found");
  const said = palette.querySelector("[data-said]");
  let asked = 0;
  let waiting;

  const options = () => [...place.querySelectorAll("[role=option]")];

  function choose(option) {
    for (const each of options()) each.setAttribute("aria-selected", String(each === option));
    if (option) {
      field.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else field.removeAttribute("aria-activedescendant");
  }

  async function find() {
    const number = ++asked;
    const ref = document.querySelector("[data-follow]")?.dataset.follow || "";
    try {
      const answer = await fetch(`${palette.dataset.find}?${new URLSearchParams({ q: field.value, in: ref })}`);
      const text = await answer.text();
      if (number !== asked) return;
      if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
      place.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
      said.textContent = place.querySelector("[data-count]")?.dataset.count || "";
      choose(options()[0]);
    } catch {
      if (number === asked) { said.textContent = palette.dataset.lost; place.textContent = palette.dataset.lost; }
    }
  }

  function go(option) {
    if (!option) return;
    const target = new URL(option.dataset.url, location.href);
    palette.close();
    const step = target.pathname === location.pathname && target.hash && document.getElementById(target.hash.slice(1));
    if (step) {
      step.closest("details")?.setAttribute("open", "");
      step.scrollIntoView({ block: "center" });
      step.focus();
    } else location.assign(target);
  }

  function open() {
    palette.showModal();
    field.value = "";
    field.focus();
    find();
  }

  const isTyping = (target) => target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]");
  document.addEventListener("keydown", (event) => {
    const byLetter = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k";
    const bySlash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target);
    if (!byLetter && !bySlash) return;
    const other = document.querySelector("dialog[open]");
    if (other && other !== palette) return;
    event.preventDefault();
    if (!palette.open) open();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette]")) open();
    else if (event.target === palette) palette.close();
  });
  field.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(find, 120); });
  field.addEventListener("keydown", (event) => {
    const all = options();
    const here = all.findIndex((each) => each.getAttribute("aria-selected") === "true");
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && all.length) choose(all[(here + by + all.length) % all.length]);
    else if (event.key === "Enter") go(all[here]);
    else return;
    event.preventDefault();
  });
  place.addEventListener("click", (event) => go(event.target.closest("[role=option]")));
  for (const button of document.querySelectorAll("[data-palette]")) button.hidden = false;
})();

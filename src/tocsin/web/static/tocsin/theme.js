// Choose light or dark before the page is painted: the person's choice, else the system's.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => localStorage.getItem("tocsin-theme") || (dark.matches ? "dark" : "light");
  const apply = () => root.setAttribute("data-bs-theme", chosen());
  apply();
  dark.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("[data-theme-switch]");
    button.hidden = false;
    button.addEventListener("click", () => {
      localStorage.setItem("tocsin-theme", chosen() === "dark" ? "light" : "dark");
      apply();
    });
  });
})();

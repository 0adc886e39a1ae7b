// Keep countdowns going by the server's clock, not this machine's.
(() => {
  const root = document.documentElement;
  const units = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  let shown = Date.now();
  let read = Date.now();
  let speed = 1;

  function synchronise() {
    const stamp = document.querySelector("[data-now]");
    if (!stamp) return;
    read = Date.now();
    shown = Date.parse(stamp.dataset.now);
    speed = Number(stamp.dataset.speed || 1);
  }

  // What time it is on the page: the server's, and in a drill the drill's own, which runs faster.
  const now = () => shown + (Date.now() - read) * speed;

  function counted(unit, count) {
    return new Intl.NumberFormat(root.lang, { style: "unit", unit, unitDisplay: "long" }).format(count);
  }

  // The same rules as durations.py: two units in a row, seconds only below two minutes, a begun minute counts.
  function inWords(seconds) {
    let rest = Math.abs(Math.trunc(seconds));
    const smallest = rest < 120 ? 1 : 60;
    const words = [];
    for (const [unit, size] of units) {
      const count = Math.floor(rest / size);
      rest %= size;
      if (count && size >= smallest) words.push(counted(unit, count));
      else if (words.length) break;
      if (words.length === 2) break;
    }
    return words.join(" ") || counted("second", 0);
  }

  function tick() {
    for (const place of document.querySelectorAll("[data-due]")) {
      const seconds = (Date.parse(place.dataset.due) - now()) / 1000;
      const text = (seconds >= 0 ? root.dataset.in : root.dataset.late).replace("%s", inWords(seconds < 120 ? seconds : Math.ceil(seconds / 60) * 60));
      if (place.textContent !== text) place.textContent = text;
      place.classList.toggle("is-late", seconds < 0);
      place.classList.toggle("is-soon", seconds >= 0 && seconds < 300);
    }
    for (const bar of document.querySelectorAll("progress[data-since]")) bar.value = (now() - Date.parse(bar.dataset.since)) / 1000;
  }

  synchronise();
  tick();
  setInterval(tick, 1000);
  document.addEventListener("htmx:after:swap", () => { synchronise(); tick(); });
})();

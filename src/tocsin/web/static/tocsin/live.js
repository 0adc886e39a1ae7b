// Follow other people's changes: the server says when what this page shows is no longer what is stored.
(() => {
  const address = document.body.dataset.live;
  const away = document.documentElement.dataset.away;
  const shown = () => document.querySelector("[data-follow]");
  if (!address || !shown()) return;
  let source;
  let latest = null;
  let wait = 500;
  let sent = null;

  // A room that came with its mark needs no request: it is read as the answer to one, with this page's own tokens.
  function answer() {
    const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] || "";
    const own = sent.html
      .replace(/(name="csrfmiddlewaretoken" value=")[^"]*/g, `$1${token}`)
      .replace(/(name="key" value=")[^"]*/g, (_all, start) => start + crypto.randomUUID());
    return new Response(own, { status: 200, headers: { "Content-Type": "text/html; charset=utf-8" } });
  }

  document.addEventListener("htmx:before:request", (event) => {
    const ctx = event.detail.ctx;
    if (ctx.sourceElement !== shown() || !sent || sent.mark !== latest) return;
    ctx.fetch = async () => answer();
  });

  function refresh() {
    const region = shown();
    if (region && latest !== null && latest !== region.dataset.mark) htmx.trigger(region, "tocsin:changed");
  }

  function setAway(isAway) {
    const sign = document.getElementById("away");
    if (!sign) return;
    sign.textContent = isAway ? away : "";
    sign.hidden = !isAway;
  }

  // Who has this room open now, as the server last told.
  let here = [[], 0];
  function showHere() {
    const place = document.querySelector("[data-here]");
    if (!place) return;
    const [faces, count] = here;
    place.hidden = count === 0;
    place.querySelector("ul").replaceChildren(...faces.map(([number, name]) => {
      const item = document.createElement("li");
      const image = Object.assign(document.createElement("img"), { className: "avatar", alt: name, title: name, width: 28, height: 28 });
      image.src = place.dataset.face.replace("/0/", `/${number}/`);
      item.append(image);
      return item;
    }));
    const more = place.querySelector("[data-more]");
    more.hidden = count <= faces.length;
    more.textContent = `+${count - faces.length}`;
  }

  function connect() {
    source = new EventSource(`${address}?follow=${encodeURIComponent(shown().dataset.follow)}${shown().id === "room" ? "&show=room" : ""}`);
    source.addEventListener("open", () => { wait = 500; setAway(false); });
    source.addEventListener("room", (event) => { sent = JSON.parse(event.data); });
    source.addEventListener("mark", (event) => { latest = event.data; refresh(); });
    source.addEventListener("here", (event) => { here = JSON.parse(event.data); showHere(); });
    source.addEventListener("error", () => {
      source.close();
      setAway(true);
      setTimeout(connect, wait * (0.75 + Math.random() / 2));
      wait = Math.min(wait * 1.6, 8000);
    });
  }

  // A change that came while the page was being refreshed is fetched after it.
  document.addEventListener("htmx:after:swap", () => { showHere(); setTimeout(refresh, 250); });
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => { if (event.persisted) connect(); });
  connect();
})();

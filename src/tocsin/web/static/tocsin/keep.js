// Keep what a person types: through other people's changes, through refusals, a reload and a signed-out session.
(() => {
  const SAID_FOR = 8000;
  const area = document.getElementById("alert");
  const person = document.body.dataset.person || "";
  const mine = `tocsin-draft:${person}:`;
  const stored = (form) => person && form.dataset.draft && `${mine}${form.dataset.draft}`;
  const words = (form) => [...form.querySelectorAll("textarea, input[type=text], input[type=url]")];
  const isTyped = (form) => form.matches("form") && form.hasAttribute("data-typed");
  const holdsTyped = (node) => isTyped(node) || node.querySelector("form[data-typed]") !== null;
  const holdsFocus = (node) => node.contains(document.activeElement) && document.activeElement.matches("textarea, input:not([type=hidden]), select");

  function save(form) {
    const key = stored(form);
    if (key) localStorage.setItem(key, JSON.stringify(words(form).map((field) => [field.name, field.value])));
  }

  function forget(form) {
    form.removeAttribute("data-typed");
    const key = stored(form);
    if (key) localStorage.removeItem(key);
    form.querySelector("[data-notice]")?.remove();
  }

  function restore(form) {
    const text = stored(form) && localStorage.getItem(stored(form));
    if (!text || form.hasAttribute("data-restored")) return;
    form.setAttribute("data-restored", "");
    let isRestored = false;
    for (const [name, value] of JSON.parse(text)) {
      const field = words(form).find((each) => each.name === name);
      if (field && value && field.value !== value) {
        field.value = value;
        isRestored = true;
        form.setAttribute("data-typed", "");
        form.closest("details")?.setAttribute("open", "");
      }
    }
    if (isRestored) notice(form);
  }

  // Say that the words were kept, with a way to let them go.
  function notice(form) {
    const line = document.createElement("p");
    line.className = "quiet restored";
    line.dataset.notice = "";
    line.setAttribute("role", "status");
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm", textContent: document.documentElement.dataset.discard });
    button.addEventListener("click", () => { forget(form); form.reset(); words(form)[0]?.focus(); });
    line.append(document.documentElement.dataset.kept, " ", button);
    form.prepend(line);
  }

  // What was sent last and is not known to have been taken. A key belongs to what was sent with it: the same again is
  // the same act, something else (typed while the first was on its way) is another.
  const sent = new WeakMap();
  const content = (form, button) => JSON.stringify([button?.value, ...words(form).map((field) => field.value)]);

  function renewKey(form) {
    const key = form.elements.key;
    if (key) key.value = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function say(text) {
    area.textContent = text;
    area.hidden = !text;
  }

  // A refresh that others caused takes neither a refusal away, nor what was just said for a while.
  function keepSaid(fragment) {
    const room = fragment?.querySelector("#room");
    const refused = document.getElementById("refused");
    if (room && refused) room.prepend(refused.cloneNode(true));
    const said = document.getElementById("said");
    const fresh = fragment?.querySelector("#said");
    if (!said || !fresh || !said.childElementCount || fresh.childElementCount) return;
    said.dataset.since ||= String(Date.now());
    if (Date.now() - Number(said.dataset.since) < SAID_FOR) {
      fresh.dataset.since = said.dataset.since;
      fresh.append(...[...said.children].map((line) => line.cloneNode(true)));
    }
  }

  // Read the words that say what to do from a page that refused.
  function reason(text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    return page.querySelector("[data-reason]")?.textContent.trim() || document.documentElement.dataset.lost;
  }

  htmx.registerExtension("keep", {
    htmx_before_morph_node: (node, detail) => {
      if (node.matches?.("[data-keep]") && (holdsTyped(node) || holdsFocus(node))) {
        const waiting = node.querySelector("[data-changed]");
        const fresh = detail.newNode;
        if (waiting && node.dataset.what !== fresh.dataset.what) waiting.hidden = false;
        return false;
      }
      return true;
    },
    htmx_before_morph_attr: (node, detail) => !(node.matches("details") && detail.attrName === "open" && detail.newValue === null),
  });

  document.addEventListener("input", (event) => {
    const form = event.target.closest("form");
    if (!form || form.method === "get") return;
    form.setAttribute("data-typed", "");
    save(form);
  });
  // A plain form's page goes away. Its draft goes once the next page shows that the form was taken.
  const SENT = "tocsin-sent";
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.hasAttribute("data-sign-out")) {
      for (const key of Object.keys(localStorage)) if (key.startsWith(mine)) localStorage.removeItem(key);
    } else if (!form.hasAttribute("hx-post") && stored(form)) sessionStorage.setItem(SENT, stored(form));
  });
  const left = sessionStorage.getItem(SENT);
  sessionStorage.removeItem(SENT);
  if (left && person && !document.querySelector("[data-reason]")) {
    const here = [...document.querySelectorAll("form[data-draft]")].some((form) => stored(form) === left);
    if (!here) localStorage.removeItem(left);
  }

  // A form read from an old page carries an old token: send the one that holds now.
  document.addEventListener("htmx:config:request", (event) => {
    const ctx = event.detail.ctx;
    const form = ctx.sourceElement;
    if (form.matches("form")) {
      ctx.sent = content(form, ctx.request.submitter);
      if (sent.has(form) && sent.get(form) !== ctx.sent) renewKey(form);
      sent.set(form, ctx.sent);
      if (form.elements.key) ctx.request.body.set("key", form.elements.key.value);
    }
    const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
    const body = ctx.request.body;
    if (token && body instanceof FormData && body.has("csrfmiddlewaretoken")) body.set("csrfmiddlewaretoken", token[1]);
  });

  document.addEventListener("htmx:before:swap", (event) => {
    const ctx = event.detail.ctx;
    const status = ctx.response?.raw?.status ?? 200;
    const form = ctx.sourceElement;
    if (status >= 400 && status !== 422) {
      event.preventDefault();
      if (form?.matches("form")) say(reason(ctx.text));
      return;
    }
    if (!form?.matches("form")) {
      keepSaid(event.detail.tasks[0]?.fragment);
      return;
    }
    say("");
    if (status < 400) {
      if (content(form, ctx.request.submitter) !== ctx.sent) return;
      sent.delete(form);
      renewKey(form);
      forget(form);
      form.reset();
      form.closest("details")?.removeAttribute("open");
    }
    form.removeAttribute("data-typed");
    document.activeElement?.blur();
  });
  document.addEventListener("htmx:after:swap", (event) => {
    const wrong = event.detail.ctx.response?.raw?.status === 422 && (document.querySelector("[data-wrong]") || document.getElementById("refused"));
    if (wrong) {
      // Only words are worth keeping from the next change; a bare button that was refused may go.
      if (wrong.matches("form") && words(wrong).some((field) => field.value)) {
        wrong.setAttribute("data-typed", "");
        save(wrong);
      }
      (wrong.querySelector("[aria-invalid], textarea, input:not([type=hidden]), select, button") || wrong).focus();
    }
    document.querySelectorAll("form[data-draft]").forEach(restore);
  });
  document.addEventListener("htmx:error", (event) => {
    if (event.detail.ctx?.sourceElement?.matches("form")) say(document.documentElement.dataset.lost);
  });
  document.addEventListener("click", (event) => {
    const reveal = event.target.closest("[data-show-change]");
    if (!reveal) return;
    reveal.closest("[data-keep]").querySelectorAll("form").forEach(forget);
    document.activeElement.blur();
    htmx.trigger("#room", "tocsin:changed");
  });
  document.querySelectorAll("form[data-draft]").forEach(restore);

  // Undo is offered for a while; after that the step's own box does the same. Not while somebody is about to press it.
  let fading;
  function fade() {
    const offer = document.getElementById("undo");
    clearTimeout(fading);
    if (offer) fading = setTimeout(() => { if (offer.matches(":hover, :focus-within")) fade(); else offer.remove(); }, 20000);
  }
  document.addEventListener("htmx:after:swap", fade);
  fade();
})();

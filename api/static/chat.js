// The web chat: <script src="https://…/chat/{key}.js" async></script> puts a button into the corner of the page.
// data-show="text" makes it a "Text us" link to the business's number instead; data-into="id" draws the chat into an
// element of the page; data-lang="es" keeps it in Spanish, else the browser's language counts. Everything stands in a
// shadow root, so neither page nor chat changes the other's looks. The visitor's token is kept for this tab alone;
// nothing of it is ever in an address.
(() => {
  "use strict";
  const script = document.currentScript;
  const found = script && /^(.*)\/chat\/([^/]+)\.js$/.exec(script.src.split(/[?#]/)[0]);
  if (!found) return;
  const [, base, key] = found;
  const door = `${base}/api/v1/webchat/${key}`;
  const kept = `ringback-chat-${key}`;
  const { into, show, lang } = script.dataset;
  let token = stored();
  let words = {};
  let last = "";
  let looking = 0;
  let lively = 0;
  let open = Boolean(into);
  const parts = {};

  function stored(value) {
    try {
      if (value === undefined) return sessionStorage.getItem(kept) || "";
      if (value) sessionStorage.setItem(kept, value);
      else sessionStorage.removeItem(kept);
    } catch {
      // A page that may keep nothing has a chat that lasts as long as the page.
    }
    return value || "";
  }

  function make(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [one, value] of Object.entries(attributes || {})) made.setAttribute(one, value);
    made.append(...children);
    return made;
  }

  async function ask(path, method = "GET", body) {
    const headers = token ? { Authorization: `Bearer ${token}` } : {};
    if (lang) headers["Accept-Language"] = lang;
    if (body) headers["Content-Type"] = "application/json";
    const answer = await fetch(door + path, {
      method, headers, body: body && JSON.stringify(body), credentials: "omit", referrerPolicy: "no-referrer",
    });
    if (answer.ok) return answer.json();
    const told = await answer.json().catch(() => ({}));
    throw Object.assign(new Error(told.detail || words.failed), { status: answer.status });
  }

  async function begin() {
    token = stored((await ask("/sessions", "POST")).token);
    last = "";
  }

  function withLinks(text) {
    return text.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)])/).map((part, place) =>
      place % 2 ? make("a", { href: part, target: "_blank", rel: "noopener noreferrer" }, part) : part);
  }

  function put(message) {
    if (parts.log.querySelector(`[data-id="${CSS.escape(message.id)}"]`)) return;
    const who = { visitor: words.you, person: message.name || words.office, assistant: words.assistant }[message.who];
    const clock = new Date(message.at).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
    const line = make("li", { class: `ringback-said ${message.who === "visitor" ? "mine" : "ours"}`, "data-id": message.id },
      make("p", {}, ...withLinks(message.text)), make("small", {}, `${who}, ${clock}`));
    parts.list.append(line);
    parts.log.scrollTop = parts.log.scrollHeight;
    if (message.who !== "visitor" && !open) parts.launch.dataset.news = "1";
  }

  function note(text, bad) {
    parts.note.textContent = text;
    parts.note.classList.toggle("bad", Boolean(bad));
  }

  async function look() {
    if (!token) return;
    try {
      const seen = await ask(`/messages${last ? `?after=${encodeURIComponent(last)}` : ""}`);
      for (const message of seen.messages) {
        put(message);
        last = message.id;
      }
      if (seen.messages.some((one) => one.who !== "visitor")) lively = Date.now();
      note(seen.person ? words.person : seen.writing ? words.writing : "");
    } catch (error) {
      if (error.status === 401) token = stored("");
    }
  }

  function later() {
    clearTimeout(looking);
    if (document.hidden || !token) return;
    const quiet = Date.now() - lively;
    const wait = !open ? 15000 : quiet < 60000 ? 1500 : quiet < 600000 ? 4000 : 15000;
    looking = setTimeout(async () => { await look(); later(); }, wait);
  }

  async function send(event) {
    event.preventDefault();
    const text = parts.text.value.trim();
    if (!text || parts.send.disabled) return;
    parts.send.disabled = true;
    const once = parts.once || (parts.once = [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join(""));
    try {
      if (!token) await begin();
      try {
        put(await ask("/messages", "POST", { text, once }));
      } catch (error) {
        if (error.status !== 401) throw error;
        await begin();
        put(await ask("/messages", "POST", { text, once }));
      }
      parts.text.value = "";
      parts.once = null;
      lively = Date.now();
      note(words.writing);
      later();
    } catch (error) {
      note(error.message === "Failed to fetch" ? words.no_connection : error.message, true);
    } finally {
      parts.send.disabled = false;
      parts.text.focus();
    }
  }

  function chat() {
    parts.list = make("ol", {}, make("li", { class: "ringback-said ours" }, make("p", {}, words.hello)));
    parts.log = make("div", { class: "ringback-log", role: "log", "aria-label": words.messages, tabindex: "0" }, parts.list);
    parts.note = make("p", { class: "ringback-note", role: "status" });
    parts.text = make("textarea", { rows: "2", maxlength: "1600", "aria-label": words.your_message, placeholder: words.write, enterkeyhint: "send" });
    parts.send = make("button", { type: "submit" }, words.send);
    const form = make("form", { class: "ringback-form" }, parts.text, parts.send);
    form.addEventListener("submit", send);
    parts.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) send(event);
    });
    return [parts.log, parts.note, form];
  }

  function toggle(wanted) {
    open = wanted;
    parts.panel.hidden = !open;
    parts.launch.setAttribute("aria-expanded", String(open));
    parts.launch.hidden = open;
    delete parts.launch.dataset.news;
    if (open) {
      lively = Date.now();
      parts.text.focus();
      look().then(later);
    } else {
      parts.launch.focus();
    }
  }

  function shadow() {
    const host = make("div", { "data-ringback": key });
    const root = host.attachShadow({ mode: "open" });
    const looks = make("link", { rel: "stylesheet", href: `${base}/static/chat.css` });
    const frame = make("div", { class: "ringback", hidden: "" });
    looks.addEventListener("load", () => { frame.hidden = false; }); // never a moment without its looks
    root.append(looks, frame);
    document.body.append(host);
    return frame;
  }

  async function start() {
    const told = await ask("").catch(() => null);
    if (!told) return; // a site that is not allowed shows nothing
    words = told.words;
    if (show === "text") {
      if (!told.phone) return;
      shadow().append(make("a", { class: "ringback-launch", href: `sms:${told.phone}`, lang: told.lang }, words.text_us));
      return;
    }
    if (into) {
      const place = document.getElementById(into);
      if (!place) return;
      place.classList.remove("ringback-plain");
      place.lang = told.lang;
      // They may have begun before we were there: to write, or to chat by the page's own form.
      const plain = place.querySelector("textarea");
      const begun = place.querySelector("input[name=token]");
      const writing = plain && document.activeElement === plain;
      if (begun && begun.value) token = stored(begun.value);
      const written = plain ? plain.value : "";
      place.replaceChildren(...chat());
      parts.text.value = written;
      if (writing) parts.text.focus();
      lively = Date.now();
    } else {
      const close = make("button", { type: "button", class: "ringback-close", "aria-label": words.close }, "×");
      parts.launch = make("button", { type: "button", class: "ringback-launch", "aria-expanded": "false", "aria-haspopup": "dialog", lang: told.lang }, words.with_us);
      parts.panel = make("section", { class: "ringback-panel", role: "dialog", "aria-label": words.with, lang: told.lang, hidden: "" },
        make("header", {}, make("strong", {}, told.business), close), ...chat());
      parts.launch.addEventListener("click", () => toggle(true));
      close.addEventListener("click", () => toggle(false));
      parts.panel.addEventListener("keydown", (event) => { if (event.key === "Escape") toggle(false); });
      shadow().append(parts.launch, parts.panel);
    }
    document.addEventListener("visibilitychange", () => { if (!document.hidden) look().then(later); });
    await look();
    later();
  }

  if (document.body) start();
  else document.addEventListener("DOMContentLoaded", start);
})();

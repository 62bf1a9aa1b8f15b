// A button with data-copy="id" copies that element's text; without a clipboard it stays hidden.
// Ctrl+Enter sends the form one is writing in. A browser that goes back fills in a reply that was sent already: it is
// cleared, so that nobody sends it twice. Live pages: an element with data-live="/console/live?…" opens one event stream; each "changed" that arrives becomes
// the event "live" on the body, which htmx waits for (hx-trigger="live from:body"). Hidden pages hold no stream open:
// a browser allows six connections to one server, and a person may have ten tabs.
(() => {
  "use strict";
  document.addEventListener("keydown", (event) => {
    const form = event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form;
    if (form) form.requestSubmit();
  });
  window.addEventListener("pageshow", () => {
    const written = document.querySelector(".talk-reply textarea");
    const sent = [...document.querySelectorAll(".say.out.staff .said")].at(-1);
    if (written && sent && written.value.trim() === sent.textContent.trim()) written.value = "";
  });
  document.querySelectorAll("[data-copy]").forEach((button) => {
    button.hidden = !navigator.clipboard;
    const named = button.textContent;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = named), 2000);
    });
  });
  const place = document.querySelector("[data-live]");
  if (!place || !window.EventSource) return;
  let stream = null;
  const told = () => document.body.dispatchEvent(new CustomEvent("live"));
  const listen = () => {
    if (document.hidden || stream) return;
    stream = new EventSource(place.dataset.live);
    stream.addEventListener("changed", told);
  };
  const rest = () => {
    if (stream) stream.close();
    stream = null;
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return rest();
    told();
    listen();
  });
  window.addEventListener("pagehide", rest);
  window.addEventListener("pageshow", listen);
  listen();
})();

// The phone simulator: scrolls to the newest text, empties what was sent, picks a person at once, and offers the times
// an agent heard as buttons. Everything it needs stands in the page; nothing is kept.
(() => {
  "use strict";
  const newest = () => [...document.querySelectorAll("#texts .sim-text")].pop();
  let read = newest()?.querySelector("p").textContent;

  // Down to the newest text; a text of theirs is read out, as the list itself is drawn anew.
  const down = () => {
    const texts = document.getElementById("texts");
    if (texts) texts.scrollTop = texts.scrollHeight;
    const said = newest()?.querySelector("p").textContent;
    if (said && said !== read && newest().classList.contains("theirs")) document.getElementById("said").textContent = said;
    read = said;
  };

  function offer() {
    const heard = document.getElementById("heard-tool");
    const place = heard && heard.querySelector("[data-slots]");
    if (!place) return;
    place.replaceChildren();
    const slots = new Set([...heard.querySelector("pre").textContent.matchAll(/\[slot:"([^"]+)"\]/g)].map((one) => one[1]));
    for (const slot of slots) {
      for (const [tool, words] of [["book", "Book"], ["reschedule", "Move to"]]) {
        const visits = document.querySelector(`[data-tool="${tool}"]`);
        if (tool === "reschedule" && !visits.dataset.booked) continue;
        const button = document.createElement("button");
        button.type = "button";
        button.className = "button";
        button.textContent = `${words} ${slot}`;
        button.addEventListener("click", () => {
          const field = visits.querySelector("[name=book_slot], [name=reschedule_new_slot]");
          visits.open = true;
          field.value = slot;
          field.focus();
        });
        place.append(button);
      }
    }
    if (/^(Booked|Requested|Rescheduled)!/.test(heard.querySelector("pre").textContent)) {
      document.querySelector('[data-tool="reschedule"]').dataset.booked = "1";
    }
  }

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "heard-tool") offer();
    else down();
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && event.target.id === "screen") event.preventDefault(); // nobody looks
    // On a small screen the steps stand above the phone: what a step does is seen there.
    if (event.target.closest("#guide") && matchMedia("(max-width: 59.99rem)").matches)
      document.querySelector(".sim-phone").scrollIntoView({ block: "nearest" });
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.target.id === "write" && event.detail.successful) event.target.reset();
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.id !== "f-body" || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (event.target.value.trim()) event.target.form.querySelector(".sim-line button").click();
  });
  const who = document.getElementById("f-who");
  if (who) {
    who.addEventListener("change", () => who.form.submit());
    who.form.querySelector("button").remove();
  }
  down();
  offer();
})();

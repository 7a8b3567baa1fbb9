// Compose beyond HTML: fields that do not belong to what was chosen step aside, a link opens what is folded,
// and what was typed just before the window closed is still sent.
"use strict";

(() => {
  const desk = document.getElementById("desk");
  if (!desk) return;
  let unsaved = false;
  let submitted = false;

  const chosen = (name) => desk.querySelector(`input[name="${name}"]:checked, select[name="${name}"]`)?.value ?? "";

  const arrange = () => {
    for (const part of desk.querySelectorAll("[data-when]")) {
      const [name, values] = part.dataset.when.split("=");
      part.hidden = !values.split(" ").includes(chosen(name));
    }
  };

  const unfold = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const folded = target && target.closest("details:not([open])");
    if (folded) {
      folded.open = true;
      target.scrollIntoView();
    }
  };

  const leave = () => {
    if (!unsaved) return;
    unsaved = false;
    fetch(desk.action, { method: "POST", body: new URLSearchParams(new FormData(desk)), headers: { "HX-Request": "true" }, keepalive: true });
  };

  desk.addEventListener("input", () => { unsaved = true; });
  desk.addEventListener("change", arrange);
  desk.addEventListener("submit", () => { unsaved = false; submitted = true; });
  // A button may change what the page holds: what it held before must not be saved after it.
  desk.addEventListener("htmx:beforeRequest", (event) => { unsaved = false; if (submitted) event.preventDefault(); });
  window.addEventListener("pageshow", () => { submitted = false; });
  desk.addEventListener("htmx:sendError", () => { unsaved = true; });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") leave(); });
  window.addEventListener("pagehide", leave);
  window.addEventListener("hashchange", unfold);
  arrange();
  unfold();
})();

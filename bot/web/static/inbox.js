// The inbox by keyboard: j k Enter r u / ?, never inside a field, and only while they are switched on.
"use strict";

(() => {
  const KEPT = "homeloop-keys";
  const kept = () => {
    try {
      return localStorage.getItem(KEPT) !== "off";
    } catch {
      return true;
    }
  };
  const keep = (on) => {
    try {
      localStorage.setItem(KEPT, on ? "on" : "off");
    } catch {
      // private windows keep nothing
    }
  };

  const typing = (target) =>
    target.isContentEditable || target.closest("input, textarea, select, [contenteditable]") !== null;

  const links = () => [...document.querySelectorAll("[data-conversations] a.whole")];

  const step = (by) => {
    const all = links();
    if (!all.length) return;
    const here = all.indexOf(document.activeElement);
    const next = here < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + by, 0), all.length - 1);
    all[next].focus();
  };

  const focus = (key) => {
    const field = document.querySelector(`[data-key="${key}"]`);
    if (!field) return false;
    field.focus();
    field.scrollIntoView({ block: "center" });
    return true;
  };

  const help = () => {
    const shown = document.querySelector("[data-keys]");
    if (!shown) return;
    shown.open = !shown.open;
    if (shown.open) shown.querySelector("summary").focus();
  };

  const moves = {
    j: () => step(1),
    k: () => step(-1),
    r: () => focus("r"),
    u: () => {
      if (location.pathname !== "/inbox") location.assign("/inbox");
    },
    "/": () => focus("/"),
    "?": help,
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
    if (!kept() && event.key !== "?") return;
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  });

  document.addEventListener("DOMContentLoaded", () => {
    for (const shown of document.querySelectorAll("[data-keys]")) {
      shown.hidden = false;
      const box = shown.querySelector("[data-keys-on]");
      box.checked = kept();
      box.addEventListener("change", () => keep(box.checked));
    }
  });
})();

// What the components do beyond HTML: copy a text, go to what is wrong.
"use strict";

(() => {
  const ready = () => {
    for (const button of document.querySelectorAll("[data-copy]")) {
      button.hidden = !navigator.clipboard;
    }
  };

  const toTheErrors = () => document.querySelector(".error-summary")?.focus();

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copy);
    await navigator.clipboard.writeText("value" in source ? source.value : source.textContent.trim());
    const before = button.textContent;
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = before; }, 2000);
  });

  document.addEventListener("DOMContentLoaded", () => { ready(); toTheErrors(); });
  document.addEventListener("htmx:afterSettle", ready);
})();

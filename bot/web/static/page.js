// Makes answers appear in place. Everything works without it.
"use strict";
(() => {
  const log = document.getElementById("log");
  if (!log) return;
  const post = async (form, clear) => {
    const button = form.querySelector("button");
    const data = new URLSearchParams(new FormData(form));
    if (button.hasAttribute("aria-busy") || (form.dataset.confirm && !confirm(form.dataset.confirm))) return;
    button.setAttribute("aria-busy", "true");
    const said = document.createElement("p");
    said.className = "said";
    said.textContent = clear ? data.get("line") : button.textContent;
    const box = document.createElement("div");
    try {
      const answer = await fetch(form.getAttribute("action"), { method: "POST", body: data, headers: { "X-Fragment": "1" } });
      box.innerHTML = await answer.text(); // rendered and escaped by the server
    } catch {
      box.append(Object.assign(document.createElement("p"), { className: "note", textContent: log.dataset.silent }));
    } finally {
      button.removeAttribute("aria-busy");
    }
    const first = box.firstElementChild;
    log.prepend(said, ...box.children);
    if (clear) return form.querySelector("input").select();
    // The answer stands above the button: whoever reads on, reads it.
    first.tabIndex = -1;
    first.focus({ preventScroll: true });
    said.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-ask], [data-press]")) {
      event.preventDefault();
      post(form, form.matches("[data-ask]"));
    }
  });
  const line = document.getElementById("line");
  const list = document.getElementById("completions");
  let last = "";
  line.addEventListener("input", async () => {
    const typed = line.value.replace(/^\/?brief\s+/, "");
    if (typed === last || typed.startsWith("/")) return;
    last = typed;
    try {
      const options = await (await fetch("/complete?q=" + encodeURIComponent(typed))).json();
      if (typed !== last) return;
      const prefix = line.value.slice(0, line.value.length - typed.length);
      list.replaceChildren(...options.map((value) => Object.assign(document.createElement("option"), { value: prefix + value })));
    } catch { /* completing is a comfort */ }
  });
})();

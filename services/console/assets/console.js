// What a page does by itself: it listens to what happens to cases, and takes keys. All else works without it.
"use strict";

(() => {
  const body = document.body;
  const address = body.dataset.live;
  const REFRESH_MS = 1000;
  const AGAIN_MS = 5000;
  const SILENT_MS = 25000;

  // Live updates. The browser reconnects by itself after a break; after a refusal we try again.
  let source = null;
  let last = null;
  let heardAt = Date.now();
  let pending = null;

  const shownDown = (down) => {
    const bar = document.getElementById("down");
    if (!bar || bar.hidden !== down) return;
    bar.hidden = !down;
    body.classList.toggle("stale", down);
    document.querySelectorAll("[data-live-word]").forEach((word) => { word.hidden = down; });
    if (down) bar.querySelector("time").textContent = new Date().toLocaleTimeString();
  };

  const refresh = (cases) => {
    if (pending) { pending.push(...cases); return; }
    pending = [...cases];
    setTimeout(() => {
      const found = pending;
      pending = null;
      const mine = document.querySelector("[data-case]");
      body.dispatchEvent(new CustomEvent("vahid:cases"));
      if (!mine || found.some((each) => each.case === mine.dataset.case)) body.dispatchEvent(new CustomEvent("vahid:case"));
    }, REFRESH_MS);
  };

  const heard = (event) => { heardAt = Date.now(); last = event.lastEventId || last; };

  const listen = () => {
    source = new EventSource(address + (last ? `?after=${encodeURIComponent(last)}` : ""));
    source.addEventListener("cases", (event) => { heard(event); refresh(JSON.parse(event.data).cases); });
    source.addEventListener("missed", (event) => { heard(event); refresh([]); });
    source.addEventListener("following", (event) => { heard(event); shownDown(!JSON.parse(event.data).following); });
    source.addEventListener("error", () => {
      shownDown(true);
      if (source.readyState === EventSource.CLOSED) setTimeout(listen, AGAIN_MS);
    });
  };

  if (address) {
    listen();
    setInterval(() => { if (Date.now() - heardAt > SILENT_MS) shownDown(true); }, AGAIN_MS);
  }

  // What has focus keeps it, and what was opened stays open, when a part of the page is shown anew.
  let kept = null;
  body.addEventListener("htmx:beforeSwap", (event) => {
    const focused = document.activeElement;
    kept = {
      focus: focused && event.detail.target.contains(focused) ? focused.id : null,
      open: [...event.detail.target.querySelectorAll("details[open]")].map((each) => each.id),
    };
  });
  body.addEventListener("htmx:afterSettle", () => {
    if (!kept) return;
    kept.open.forEach((id) => { const each = document.getElementById(id); if (each) each.open = true; });
    if (kept.focus) document.getElementById(kept.focus)?.focus({ preventScroll: true });
    kept = null;
  });

  // Keys. None is taken while somebody types.
  const typing = (target) => target.matches("input, select, textarea, [contenteditable]");
  const places = { b: "/", c: "/cases?status=open", t: "/cases?tasks=1&status=open" };
  let goes = false;

  const move = (by) => {
    const rows = [...document.querySelectorAll("tr[data-row]")];
    if (!rows.length) return;
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + by))];
    next.querySelector("a")?.focus();
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
    const { key } = event;
    if (goes) {
      goes = false;
      if (places[key]) { event.preventDefault(); location.assign(places[key]); }
      return;
    }
    if (key === "g") goes = true;
    else if (key === "/") { event.preventDefault(); document.getElementById("find")?.focus(); }
    else if (key === "j") move(1);
    else if (key === "k") move(-1);
    else if (key === "a") document.querySelector("#actions summary")?.focus();
    else if (key === "?") document.getElementById("keys")?.showModal();
  });
  document.querySelectorAll("[data-keys]").forEach((button) => button.addEventListener("click", () => document.getElementById("keys").showModal()));

  // After a command, its answer is what is read first.
  document.querySelector(".answer")?.scrollIntoView({ block: "center" });
})();

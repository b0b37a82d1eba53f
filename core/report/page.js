"use strict";
(() => {
  const root = document.documentElement;
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const one = (selector) => document.querySelector(selector);

  // Language and colours. The style does the work; a choice is an attribute of the root.
  const setLang = (lang) => {
    root.dataset.lang = root.lang = lang;
    const key = lang === "en" ? "en" : "zh";
    for (const e of all("[data-en]")) {
      if (e.tagName === "INPUT") e.placeholder = e.dataset[key];
      else e.textContent = e.dataset[key];
    }
    press("[data-set-lang]", "setLang", lang);
  };
  const setTheme = (theme) => {
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    press("[data-set-theme]", "setTheme", theme);
  };
  const press = (selector, key, value) => {
    for (const b of all(selector)) b.setAttribute("aria-pressed", String(b.dataset[key] === value));
  };
  for (const b of all("[data-set-lang]")) b.addEventListener("click", () => setLang(b.dataset.setLang));
  for (const b of all("[data-set-theme]")) b.addEventListener("click", () => setTheme(b.dataset.setTheme));

  // The list of columns. What it is filtered by stands in the address, so that a link keeps it.
  const list = one(".cols"), items = all(".col"), q = one("#q"), kind = one("#kind"), sort = one("#sort");
  const only = all('[name="only"]');
  const plain = (s) => s.normalize("NFKC").toLowerCase();
  const texts = new Map(items.map((li) => [li, plain(all(".letter, .name, .levels bdi, .tops bdi, .tag bdi", li).map((e) => e.textContent).join("\n"))]));
  const order = {
    "": (a, b) => items.indexOf(a) - items.indexOf(b),
    name: (a, b) => nameOf(a).localeCompare(nameOf(b), root.lang),
    m: (a, b) => b.dataset.m - a.dataset.m,
    f: (a, b) => b.dataset.f - a.dataset.f,
  };
  const nameOf = (li) => li.querySelector(".name").textContent;
  let sorted = "";
  const filter = () => {
    const parts = plain(q.value).split(/\s+/).filter(Boolean), wanted = only.filter((o) => o.checked).map((o) => o.value);
    let hits = 0;
    for (const li of items) {
      const fits = parts.every((p) => texts.get(li).includes(p)) && (!kind.value || li.dataset.k === kind.value) &&
        wanted.every((w) => li.dataset[w] !== "0");
      li.hidden = !fits;
      if (fits) hits++;
    }
    if (sorted !== sort.value) {
      sorted = sort.value;
      list.append(...[...items].sort((a, b) => order[sorted](a, b) || order[""](a, b)));
    }
    one("#hits b").textContent = hits;
    one("#nomatch").hidden = hits > 0;
  };
  const keep = () => {
    const state = new URLSearchParams();
    if (q.value) state.set("q", q.value);
    if (kind.value) state.set("kind", kind.value);
    if (sort.value) state.set("sort", sort.value);
    for (const o of only) if (o.checked) state.append("only", o.value);
    try {
      history.replaceState(null, "", "#" + (String(state) || "columns"));
    } catch { /* a page without an address of its own */ }
  };
  const clear = () => {
    q.value = kind.value = "";
    for (const o of only) o.checked = false;
    filter();
  };
  const follow = () => {
    const hash = location.hash.slice(1);
    if (hash.includes("=")) {
      const state = new URLSearchParams(hash);
      q.value = state.get("q") || "";
      kind.value = state.get("kind") || "";
      sort.value = state.get("sort") || "";
      for (const o of only) o.checked = state.getAll("only").includes(o.value);
      filter();
      one("#columns").scrollIntoView();
      return;
    }
    const li = /^c\d+$/.test(hash) && document.getElementById(hash);
    if (!li) return;
    if (li.hidden) clear();
    const details = li.querySelector("details");
    details.open = true;
    li.scrollIntoView();
    li.querySelector("summary").focus({ preventScroll: true });
  };
  for (const e of [q, kind, sort, ...only]) e.addEventListener("input", () => { filter(); keep(); });
  one(".filter").addEventListener("submit", (e) => e.preventDefault());
  const openAll = (open) => { for (const li of items) if (!li.hidden) li.querySelector("details").open = open; };
  one("#open").addEventListener("click", () => openAll(true));
  one("#close").addEventListener("click", () => openAll(false));
  document.addEventListener("keydown", (e) => {
    if (e.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName)) {
      e.preventDefault();
      q.focus();
    }
    if (e.key === "Escape" && e.target === q && q.value) { clear(); keep(); }
  });
  addEventListener("hashchange", follow);

  // Many findings are shown in two steps.
  const more = one("#more");
  if (more && one(".findings .more")) {
    root.classList.add("js");
    one(".findings").classList.add("short");
    more.hidden = false;
    more.addEventListener("click", () => {
      one(".findings").classList.remove("short");
      more.hidden = true;
    });
  }

  one(".controls").hidden = one(".filter").hidden = false;
  setLang(root.lang);
  setTheme("auto");
  follow();
})();

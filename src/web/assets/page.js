// The workbench's script. Every form works without it as far as a form can; with it parts of the page are exchanged in place, progress
// is shown as it comes, and the threshold can be moved. Nothing is computed here that decides anything: the server's files do.

import { handle } from "./handle.js";
import { conditions, drawing, pictures } from "./pickers.js";

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const post = (form, by) => {
  const data = new URLSearchParams(new FormData(form));
  if (by?.name) data.append(by.name, by.value);
  return fetch(form.action, { method: "POST", body: data });
};

// What was changed on the page and is not in the file yet.
const isDirty = (form) => form.dataset.dirty === "true";

function focused() {
  const here = document.activeElement;
  return here?.id || (here?.name ? { name: here.name, value: here.value, type: here.type } : null);
}

function focusAgain(mark, root) {
  if (!mark) return;
  const found = typeof mark === "string" ? document.getElementById(mark)
    : all(`[name="${CSS.escape(mark.name)}"]`, root).find((one) => mark.type !== "radio" || one.value === mark.value);
  found?.focus({ preventScroll: true });
}

// Puts a part of a page in the place of the one with the same id.
export function exchange(selector, html) {
  const old = document.querySelector(selector);
  const parsed = new DOMParser().parseFromString(html, "text/html");
  const fresh = parsed.querySelector(selector) ?? parsed.querySelector(".trouble");
  if (!old || !fresh) return null;
  const mark = old.contains(document.activeElement) ? focused() : null;
  if (fresh.matches(".trouble")) {
    old.querySelector(".trouble")?.remove();
    old.append(fresh);
    fresh.scrollIntoView({ block: "nearest" });
    return fresh;
  }
  const open = all("details", old).map((one) => one.open);
  old.replaceWith(fresh);
  all("details", fresh).forEach((one, at) => { if (open[at]) one.open = true; });
  dress(fresh);
  focusAgain(mark, fresh);
  return fresh;
}

async function send(form, by) {
  form.setAttribute("aria-busy", "true");
  const answer = form.method === "get"
    ? await fetch(`${form.action}?${new URLSearchParams(new FormData(form))}`)
    : await post(form, by);
  const fresh = exchange(form.dataset.swap, await answer.text());
  form.removeAttribute("aria-busy");
  const wrong = fresh?.querySelector("[aria-invalid=true], .wrong input");
  if (wrong) wrong.focus();
  return !wrong && answer.ok;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-swap]")) {
    event.preventDefault();
    send(form, event.submitter);
  } else if (form.matches("[data-job]")) {
    event.preventDefault();
    begin(form);
  } else if (form.matches("[data-stop]")) {
    event.preventDefault();
    post(form);
  }
});

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-swap]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  exchange(link.dataset.swap, await (await fetch(link.href)).text());
});

document.addEventListener("input", (event) => {
  const form = event.target.closest("form");
  if (form) form.dataset.dirty = "true";
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("form");
  if (!form?.matches("[data-swap]")) return;
  // Another kind of model has other settings.
  if (form.matches("[data-auto]") || event.target.matches("[data-kind]")) send(form);
});

// Jobs ---------------------------------------------------------------------------------------------------------------------------

async function begin(form) {
  // What stands on the page is what is meant: it is kept first, and a mistake in it is told at its field.
  for (const first of all("#plan, #expect form, #answers")) {
    if (isDirty(first) && !(await send(first))) return;
  }
  const answer = await fetch(form.action, { method: "POST" });
  // The form may have been exchanged meanwhile.
  const place = document.querySelector(`form[action="${form.getAttribute("action")}"]`)?.closest("[data-events]");
  if (!place) return;
  if (answer.status === 202) follow(place);
  else if (answer.status !== 409) failed(place, await answer.text());
}

function failed(place, html) {
  const progress = place.querySelector(".progress");
  const trouble = new DOMParser().parseFromString(html, "text/html").querySelector(".trouble");
  progress.hidden = false;
  progress.querySelector("progress").hidden = progress.querySelector("svg").hidden = true;
  progress.querySelector(".words").textContent = progress.dataset.failed;
  progress.querySelector(".failure").replaceChildren(...(trouble ? trouble.querySelectorAll(".mistake, p") : []));
}

const fill = (words, values) => words.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

function follow(place, isReopened = false) {
  const progress = place.querySelector(".progress");
  const [words, bar, svg, failure] = [".words", "progress", "svg", ".failure"].map((one) => progress.querySelector(one));
  const lines = { train: [], valid: [] };
  const began = performance.now();
  let first = null;
  const busy = (is) => {
    all("form[data-job] button").forEach((button) => { button.disabled = is; });
    all("form[data-stop]").forEach((form) => { form.hidden = !is; });
  };
  const show = () => {
    progress.hidden = bar.hidden = svg.hidden = false;
    failure.replaceChildren();
    busy(true);
  };
  if (!isReopened) {
    show();
    bar.removeAttribute("value");
    words.textContent = progress.dataset.drawing;
  }
  const events = new EventSource(place.dataset.events);
  const on = (name, heard) => events.addEventListener(name, (event) => heard(JSON.parse(event.data)));
  const end = (text) => {
    events.close();
    busy(false);
    if (text !== undefined) words.textContent = text;
    bar.hidden = svg.hidden = true;
    if (text === "") progress.hidden = true;
  };
  on("idle", () => events.close());
  on("drawing", () => { show(); words.textContent = progress.dataset.drawing; });
  on("judging", () => { show(); words.textContent = progress.dataset.judging; bar.removeAttribute("value"); });
  on("trained", ({ epoch, of, train_loss, valid_loss }) => {
    show();
    first ??= { at: performance.now(), epoch };
    const each = (performance.now() - first.at) / Math.max(1, epoch - first.epoch);
    const left = Math.ceil((of - epoch) * (epoch > first.epoch ? each : (performance.now() - began) / epoch) / 1000);
    bar.value = epoch / of;
    words.textContent = fill(progress.dataset.trained, { epoch, of, loss: Number(train_loss).toFixed(3), left });
    lines.train.push([epoch, Number(train_loss)]);
    if (valid_loss !== null) lines.valid.push([epoch, Number(valid_loss)]);
    const top = Math.max(...lines.train.concat(lines.valid).map(([, y]) => y).filter(Number.isFinite), 1e-9);
    for (const [name, points] of Object.entries(lines)) {
      svg.querySelector(`.${name}`).setAttribute("points", points.map(([x, y]) => `${10 + 380 * x / of},${112 - 104 * Math.min(1, y / top)}`).join(" "));
    }
  });
  on("done", async ({ run }) => {
    end("");
    const page = document.querySelector("#train") ?? place;
    // A page that was only opened again shows this already.
    if (isReopened && first === null && progress.dataset.seen === String(run)) return;
    const parts = [["#see", page.dataset.see + run], ["#conclude", page.dataset.conclude], ["#expect", page.dataset.expect]];
    for (const [selector, address] of parts) exchange(selector, await (await fetch(address)).text());
    const shown = place.closest("#conclude") || place.matches(".judge") ? "#conclude .verdict" : "#see";
    document.querySelector(shown)?.scrollIntoView({ block: "start" });
    const title = document.querySelector(shown === "#see" ? "#see-title" : "#conclude .verdict h3");
    title?.setAttribute("tabindex", "-1");
    title?.focus({ preventScroll: true });
  });
  on("ended", () => end(progress.dataset.ended));
  on("failed", ({ document: told, told: error, status }) => {
    end(progress.dataset.failed);
    progress.hidden = false;
    const lang = document.documentElement.lang;
    const lines = (told?.faults ?? []).map((fault) => `${fault.file}${fault.key ? `, ${fault.key}` : ""}: ${fault.found[lang]} → ${fault.expected[lang]}`);
    if (!told) lines.push(status, error);
    failure.replaceChildren(...lines.filter(Boolean).map((line) => Object.assign(document.createElement("p"), { textContent: line })));
  });
  events.onerror = () => { if (events.readyState === EventSource.CLOSED) busy(false); };
}

// Dressing what came -------------------------------------------------------------------------------------------------------------

function counted(area) {
  const told = area.insertAdjacentElement("afterend", Object.assign(document.createElement("p"), { className: "quiet" }));
  const count = () => {
    const text = area.value.trim();
    const n = document.documentElement.lang === "ja" ? text.replace(/\s/g, "").length : text.split(/\s+/).filter(Boolean).length;
    told.textContent = fill(area.dataset.count, { n });
  };
  area.addEventListener("input", count);
  count();
}

function dress(root) {
  const of = (selector, put) => all(selector, root).concat(root.matches?.(selector) ? [root] : []).forEach(put);
  of("[data-rows]", handle);
  of("[data-condition]", conditions);
  of("#plan", drawing);
  of(".wall", pictures);
  of("textarea[data-count]", counted);
}

dress(document);

const train = document.querySelector("#train") ?? document.querySelector(".judge");
if (train) {
  // A tab that is opened while something runs takes it up.
  if (train.hasAttribute("data-busy")) follow(train, true);
  const links = new Map(all(".toc a").map((link) => [link.getAttribute("href").slice(1), link]));
  // Where one is: the last part that begins above the middle of the window. Parts are exchanged, so they are looked up each time.
  let waiting = false;
  const where = () => {
    waiting = false;
    const begun = [...links].filter(([id]) => {
      const part = document.getElementById(id);
      return part && !part.hidden && id !== "read" && part.getBoundingClientRect().top < innerHeight / 2;
    });
    const now = (begun.at(-1) ?? [...links][0])[1];
    for (const link of links.values()) link === now ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
  };
  addEventListener("scroll", () => { if (!waiting) { waiting = true; requestAnimationFrame(where); } }, { passive: true });
  where();
  // What was changed in an editor appears; what is being changed here stays, and the server tells when it is sent.
  const again = async () => {
    const form = document.querySelector("#plan");
    if (document.hidden || !form || isDirty(form)) return;
    const html = await (await fetch(form.action)).text();
    const digest = new DOMParser().parseFromString(html, "text/html").querySelector("#plan [name=digest]");
    if (digest && digest.value !== form.querySelector("[name=digest]").value && !isDirty(form)) exchange("#decide", html);
  };
  document.addEventListener("visibilitychange", again);
  window.addEventListener("focus", again);
}

// The threshold as a handle: risks of those with the outcome and those without over each other, and what each threshold does to 1,000
// people. Rows are sorted once; a threshold is then one search.

const NS = "http://www.w3.org/2000/svg";
const make = (name, attributes = {}, text) => {
  const node = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  return node;
};
const WIDE = 640, HIGH = 220, LEFT = 20, RIGHT = 620, TOP = 18, LOW = 180, BARS = 60;

export async function handle(place) {
  const answer = await fetch(place.dataset.rows);
  if (!answer.ok) return;
  const { threshold, y, p } = await answer.json();
  if (!p.length) return;
  const words = JSON.parse(place.dataset.words);
  const order = p.map((_, at) => at).sort((a, b) => p[a] - p[b]);
  const sorted = order.map((at) => p[at]);
  // Of the rows from each place on: how many are ill.
  const ill = new Float64Array(order.length + 1);
  for (let at = order.length - 1; at >= 0; at--) ill[at] = ill[at + 1] + y[order[at]];
  const n = order.length, cases = ill[0];
  const top = Math.min(1, Math.max(sorted[Math.floor(n * 0.995)], (threshold ?? 0) * 1.3, 0.05));
  const x = (risk) => LEFT + Math.min(1, risk / top) * (RIGHT - LEFT);

  const svg = make("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": words.risk });
  const bars = [new Float64Array(BARS), new Float64Array(BARS)];
  p.forEach((risk, at) => { bars[y[at]][Math.min(BARS - 1, Math.floor(risk / top * BARS))]++; });
  const share = (of, total) => Array.from(of, (count) => count / Math.max(1, total));
  const shares = [share(bars[0], n - cases), share(bars[1], cases)];
  const most = Math.max(...shares[0], ...shares[1]);
  shares.forEach((values, isIll) => values.forEach((value, at) => {
    if (value > 0) svg.append(make("rect", {
      class: isIll ? "ill" : "well", x: LEFT + at * (RIGHT - LEFT) / BARS, width: (RIGHT - LEFT) / BARS - 0.5,
      y: LOW - value / most * (LOW - TOP), height: value / most * (LOW - TOP),
    }));
  }));
  const legend = make("text", { x: RIGHT, y: TOP - 4, "text-anchor": "end" });
  legend.append(make("tspan", { class: "ill" }, "■ "), make("tspan", {}, `${words.ill}   `), make("tspan", { class: "well" }, "■ "), make("tspan", {}, words.well));
  svg.append(legend);
  for (let mark = 0; mark <= 4; mark++) {
    svg.append(make("text", { x: x(top * mark / 4), y: LOW + 34, "text-anchor": "middle" }, `${Math.round(100 * top * mark / 4)}%`));
  }
  const line = make("path", { class: "rule-line" });
  const grip = make("circle", { class: "grip", r: 9, cy: LOW + 8 });
  svg.append(line, grip);

  const slider = Object.assign(document.createElement("input"), { type: "range", min: 0, max: 1000, step: 1 });
  slider.setAttribute("aria-label", words.threshold);
  const out = Object.assign(document.createElement("div"), { className: "counts" });
  out.setAttribute("aria-live", "off");
  const people = make("svg", { class: "people", viewBox: "0 0 500 200", role: "img", "aria-label": words.of });
  const dots = Array.from({ length: 1000 }, (_, at) => make("circle", { cx: 5 + (at % 50) * 10, cy: 5 + Math.floor(at / 50) * 10, r: 4 }));
  people.append(...dots);
  const key = Object.assign(document.createElement("p"), { className: "key quiet" });
  for (const [name, text] of [["found", words.found], ["missed", words.missed], ["false", words.false], ["none", words.quiet]]) {
    const one = Object.assign(document.createElement("span"), { className: name });
    one.append(document.createElement("i"), text);
    key.append(one, " ");
  }
  const write = Object.assign(document.createElement("button"), { type: "button", textContent: words.write });
  place.append(svg, slider, out, people, key, write);

  let now = threshold ?? 0.5;
  let shown = [];
  const percent = (value) => Number.isFinite(value) ? `${(100 * value).toFixed(0)}%` : "–";
  function count(at) {
    let [low, high] = [0, n];
    while (low < high) { const middle = (low + high) >> 1; sorted[middle] < at ? low = middle + 1 : high = middle; }
    const found = ill[low], alerts = n - low;
    return { found, missed: cases - found, false: alerts - found, none: n - cases - (alerts - found), alerts };
  }
  function show() {
    const { found, missed, false: wrong, none, alerts } = count(now);
    const thousand = (value) => Math.round(1000 * value / n);
    const at = x(now);
    line.setAttribute("d", `M${at} ${TOP}V${LOW + 8}`);
    grip.setAttribute("cx", at);
    slider.value = Math.round(1000 * Math.min(1, now / top));
    slider.setAttribute("aria-valuetext", percent(now));
    const odds = now < 1 ? now / (1 - now) : Infinity;
    const figures = [
      [words.threshold, `${(100 * now).toFixed(1)}%`], [words.found, thousand(found)], [words.missed, thousand(missed)], [words.false, thousand(wrong)],
      [words.sensitivity, percent(found / cases)], [words.ppv, percent(found / alerts)],
      [words.alerts, found > 0 ? (alerts / found).toFixed(1) : "–"], [words.benefit, (1000 * (found - odds * wrong) / n).toFixed(1)],
    ];
    if (!out.childElementCount) {
      const title = Object.assign(document.createElement("p"), { textContent: words.of });
      out.before(title);
      out.append(...figures.map(([name]) => { const one = document.createElement("div"); one.append(`${name} `, document.createElement("b")); return one; }));
    }
    figures.forEach(([, value], i) => { out.children[i].lastChild.textContent = value; });
    // 1,000 dots in all, whatever the rounding.
    const counts = [["found", thousand(found)], ["missed", thousand(missed)], ["false", thousand(wrong)]];
    const fresh = counts.flatMap(([name, times]) => Array(Math.max(0, times)).fill(name)).slice(0, 1000);
    while (fresh.length < 1000) fresh.push("none");
    fresh.forEach((name, i) => { if (shown[i] !== name) dots[i].setAttribute("class", name); });
    shown = fresh;
    void none;
  }
  const move = (to) => { now = Math.max(0, Math.min(top, to)); show(); };
  slider.addEventListener("input", () => move(slider.value / 1000 * top));
  const pointed = (event) => {
    const box = svg.getBoundingClientRect();
    move(((event.clientX - box.left) / box.width * WIDE - LEFT) / (RIGHT - LEFT) * top);
  };
  svg.addEventListener("pointerdown", (event) => { svg.setPointerCapture(event.pointerId); pointed(event); });
  svg.addEventListener("pointermove", (event) => { if (svg.hasPointerCapture(event.pointerId)) pointed(event); });
  write.addEventListener("click", () => {
    const field = document.querySelector('#plan [name="operate.threshold"]');
    const rule = document.querySelector('#plan [name="operate.threshold:rule"]');
    if (!field) return;
    field.value = now.toFixed(3);
    if (rule) rule.value = "";
    field.closest("details")?.setAttribute("open", "");
    field.form.dataset.dirty = "true";
    field.form.requestSubmit();
    document.querySelector("#decide")?.scrollIntoView({ block: "start" });
  });
  show();
}

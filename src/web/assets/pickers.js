// Help with what is hard to type: conditions over columns, rectangles on a picture; and the wall of pictures.

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const lang = () => document.documentElement.lang;
const say = (en, ja) => (lang() === "ja" ? ja : en);
const node = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

// A condition: column, comparison and value are chosen, and the text beside them is what counts.
export function conditions(field) {
  const source = field.closest(".field").querySelector(".pickers");
  const columns = all("data", source).map((one) => ({ name: one.value, about: one.title, values: one.dataset.values ? one.dataset.values.split("\u001f") : [] }));
  const column = node("select", { ariaLabel: say("column", "列") }, node("option", { value: "", textContent: say("choose a column …", "列を選ぶ…") }),
    ...columns.map(({ name, about }) => node("option", { value: name, textContent: name, title: about })));
  const comparison = node("select", { ariaLabel: say("comparison", "比較") });
  const place = node("span");
  const add = node("button", { type: "button", textContent: say("Add", "追加"), disabled: true });
  source.replaceChildren(column, comparison, place, add);
  source.hidden = false;
  const quoted = (value) => (/^-?\d+(\.\d+)?$/.test(value) ? value : `'${value.replaceAll("'", "''")}'`);
  column.addEventListener("change", (event) => {
    event.stopPropagation();
    const chosen = columns.find(({ name }) => name === column.value);
    const words = chosen?.values.length && !chosen.values.every((value) => /^-?\d+(\.\d+)?$/.test(value));
    comparison.replaceChildren(...(words ? ["=", "<>"] : [">=", "<=", "=", "<>", ">", "<"]).map((sign) => node("option", { value: sign, textContent: sign })));
    place.replaceChildren(chosen?.values.length
      ? node("select", { ariaLabel: say("value", "値") }, ...chosen.values.map((value) => node("option", { value, textContent: value })))
      : node("input", { ariaLabel: say("value", "値"), inputMode: "decimal" }));
    add.disabled = !chosen;
  });
  for (const one of [comparison, place]) one.addEventListener("change", (event) => event.stopPropagation());
  add.addEventListener("click", () => {
    const value = place.firstChild?.value.trim();
    if (!value) return;
    const one = `${column.value} ${comparison.value} ${quoted(value)}`;
    field.value = field.value.trim() ? `${field.value.trim()} AND ${one}` : one;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
}

// Rectangles and crops, drawn on a picture of the learner's.
export function drawing(form) {
  const field = form.querySelector("[data-rectangles]");
  const picture = document.querySelector(".wall img");
  if (!field || !picture) return;
  const size = Number(document.querySelector(".wall").dataset.size);
  const NS = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(NS, "svg");
  svg.setAttribute("viewBox", `0 0 ${size} ${size}`);
  svg.setAttribute("preserveAspectRatio", "none");
  const image = node("img", { src: picture.src, alt: say("The first picture of the wall: draw a rectangle on it to blank it out.", "一覧の最初の写真です。塗りつぶす長方形を描けます。") });
  const box = node("div", { className: "draw" }, image, svg);
  const clear = node("button", { type: "button", textContent: say("Take the last rectangle away", "最後の長方形を取り消す") });
  const about = node("p", { className: "help", textContent: say("Draw on the picture with the pointer: what you mark is blanked out in every picture.", "写真の上でドラッグすると、その範囲をすべての写真で塗りつぶします。") });
  field.after(about, box, node("div", {}, clear));
  const read = () => field.value.split(";").map((one) => one.split(",").map(Number)).filter((one) => one.length === 4 && one.every(Number.isFinite));
  const show = (extra) => svg.replaceChildren(...read().concat(extra ? [extra] : []).map(([left, top, width, height]) => {
    const rect = document.createElementNS(NS, "rect");
    for (const [name, value] of Object.entries({ x: left, y: top, width, height })) rect.setAttribute(name, value);
    return rect;
  }));
  const write = (rectangles) => {
    field.value = rectangles.map((one) => one.join(", ")).join("; ");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const at = (event) => {
    const place = svg.getBoundingClientRect();
    const inside = (value) => Math.max(0, Math.min(size, value));
    return [inside((event.clientX - place.left) / place.width * size), inside((event.clientY - place.top) / place.height * size)];
  };
  let from = null;
  const between = ([a, b], [c, d]) => {
    const [left, top] = [Math.floor(Math.min(a, c)), Math.floor(Math.min(b, d))];
    return [left, top, Math.max(1, Math.ceil(Math.max(a, c)) - left), Math.max(1, Math.ceil(Math.max(b, d)) - top)];
  };
  svg.addEventListener("pointerdown", (event) => { svg.setPointerCapture(event.pointerId); from = at(event); event.preventDefault(); });
  svg.addEventListener("pointermove", (event) => { if (from) show(between(from, at(event))); });
  svg.addEventListener("pointerup", (event) => {
    if (!from) return;
    write(read().concat([between(from, at(event))]));
    from = null;
  });
  clear.addEventListener("click", () => write(read().slice(0, -1)));
  field.addEventListener("input", () => show());
  show();
}

// A picture is enlarged; a second one can be set beside it.
export function pictures(wall) {
  wall.addEventListener("click", (event) => {
    const button = event.target.closest("[data-enlarge]");
    if (!button) return;
    const open = document.querySelector("dialog[open]");
    const image = button.querySelector("img");
    const figure = node("figure", {}, node("img", { src: image.src, alt: image.alt }), node("figcaption", { textContent: image.alt }));
    if (button.hasAttribute("data-outlined")) {
      const seen = figure.querySelector("img");
      const [plain, outlined] = [image.src, image.src.replace(/\.png$/, "-outlined.png")];
      const toggle = node("label", { className: "option" }, node("input", { type: "checkbox" }), ` ${say("show the true outline", "正解の輪郭を表示")}`);
      toggle.firstChild.addEventListener("change", () => { seen.src = toggle.firstChild.checked ? outlined : plain; });
      figure.append(toggle);
    }
    if (open) { open.querySelector(".pair").append(figure); return; }
    const dialog = node("dialog", {}, node("div", { className: "pair" }, figure));
    dialog.setAttribute("aria-label", image.alt);
    const rest = all("[data-enlarge]", wall);
    const beside = node("select", { ariaLabel: say("beside", "並べる写真") }, node("option", { value: "", textContent: say("set another beside it …", "別の写真を並べる…") }),
      ...rest.map((one, i) => node("option", { value: i, textContent: one.querySelector("img").alt.split(":")[0] })));
    beside.addEventListener("change", () => { if (beside.value) rest[beside.value].click(); });
    const close = node("button", { type: "button", textContent: say("Close", "閉じる") });
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => { dialog.remove(); button.focus(); });
    dialog.append(node("p", {}, beside, " ", close));
    document.body.append(dialog);
    dialog.showModal();
  });
}

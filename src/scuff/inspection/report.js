"use strict";
(() => {
  const table = document.getElementById("pictures");
  const rows = [...table.tBodies].filter((body) => body.dataset.index !== undefined);
  const find = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // --- the table: filter, sort, unfold -------------------------------------------------------------------------
  const search = find(".search input");
  let outcome = "";

  function filter() {
    const wanted = search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows) {
      const text = `${row.dataset.file} ${row.dataset.part} ${row.dataset.classes}`.toLowerCase();
      row.hidden = (outcome && row.dataset.outcome !== outcome) || !wanted.every((word) => text.includes(word));
    }
    const count = visible().length;
    find(".shown").textContent = count === rows.length ? "" : `${count} of ${rows.length} pictures shown`;
    find(".nothing").hidden = count > 0;
    for (const button of all(".outcomes button")) {
      button.setAttribute("aria-pressed", String(button.dataset.show === outcome));
    }
  }

  function visible() {
    return rows.filter((row) => !row.hidden);
  }

  function sort(head) {
    const key = head.dataset.key;
    const words = key === "file";
    // Numbers are looked at from the largest down, words from A up.
    const first = words || key === "severity" ? "ascending" : "descending";
    const other = first === "ascending" ? "descending" : "ascending";
    const direction = head.getAttribute("aria-sort") === first ? other : first;
    for (const each of all("th[data-key]", table)) each.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", direction);
    const sign = direction === "ascending" ? 1 : -1;
    rows.sort((a, b) => {
      const [left, right] = [a.dataset[key], b.dataset[key]];
      if ((left === "") !== (right === "")) return left === "" ? 1 : -1; // what has no value comes last either way
      const order = words ? left.localeCompare(right, "en", { numeric: true }) : Number(left) - Number(right);
      return sign * order || Number(a.dataset.index) - Number(b.dataset.index);
    });
    table.append(...rows);
  }

  for (const head of all("th[data-key]", table)) find("button", head).addEventListener("click", () => sort(head));
  for (const button of all(".outcomes button")) {
    button.addEventListener("click", () => { outcome = button.dataset.show; filter(); });
  }
  search.addEventListener("input", filter);
  find(".reset").addEventListener("click", () => { outcome = ""; search.value = ""; filter(); });
  for (const row of rows) {
    const button = find(".expand", row);
    button.addEventListener("click", () => {
      const detail = find(".detail", row);
      detail.hidden = !detail.hidden;
      button.setAttribute("aria-expanded", String(!detail.hidden));
    });
    find("button.open", row)?.addEventListener("click", () => show(row));
    for (const crop of all("button.crop", row)) {
      crop.addEventListener("click", () => { show(row); approach(crop.dataset.number, placeOf(crop)); });
    }
  }

  // --- the viewer: one picture, its defects over it --------------------------------------------------------------
  const viewer = document.getElementById("viewer");
  const stage = find(".stage", viewer);
  const sheet = find(".sheet", viewer);
  const picture = find("img", sheet);
  const lines = find(".lines", sheet);
  const patches = find(".patches", sheet);
  const marks = find(".marks", sheet);
  const panel = find(".panel", viewer);
  const MARK = "#look-";
  const view = { row: null, zoom: null, scale: 1, x: 0, y: 0, fitted: true };

  function show(row) {
    view.row = row;
    view.zoom = JSON.parse(find("script.zoom", row).textContent);
    find("#viewer-file").textContent = row.dataset.file;
    find("#viewer-badge").replaceChildren(find(".badge", row).cloneNode(true));
    panel.replaceChildren(find(".detail-body", row).cloneNode(true));
    prepareDefects();
    find(".unread", viewer).hidden = Boolean(view.zoom);
    sheet.hidden = !view.zoom;
    if (view.zoom) load(view.zoom);
    else find(".unread", viewer).textContent = `No picture: ${find(".names .error", row)?.textContent ?? ""}`;
    if (!viewer.open) viewer.showModal();
    place();
    fit();
    stage.focus({ preventScroll: true });
    history.replaceState(null, "", `${MARK}${row.dataset.index}`);
  }

  function load(zoom) {
    picture.src = zoom.picture;
    sheet.style.width = `${zoom.width}px`;
    sheet.style.height = `${zoom.height}px`;
    for (const layer of [lines, marks]) {
      layer.setAttribute("viewBox", `0 0 ${zoom.width} ${zoom.height}`);
      layer.replaceChildren();
    }
    for (const { colour, rim, path } of zoom.outlines) {
      shape(lines, "path", { d: path, class: "rim", stroke: rim });
      shape(lines, "path", { d: path, stroke: colour });
    }
    for (const { number, xyxy, top_x } of zoom.boxes) {
      shape(marks, "text", { x: top_x, y: xyxy[1], dy: "-0.5em", "text-anchor": "middle" }).textContent = number;
    }
    patches.style.setProperty("--fine", zoom.scale);
    patches.replaceChildren(...all("button.crop", view.row).map(patch));
  }

  // A close-up laid over its place in the picture, seen from near.
  function patch(crop) {
    const made = document.createElement("div");
    const [x0, y0, x1, y1] = placeOf(crop);
    Object.assign(made.style, { left: `${x0}px`, top: `${y0}px`, width: `${x1 - x0}px`, height: `${y1 - y0}px` });
    made.append(...[...crop.children].map((child) => child.cloneNode(true)));
    find("img", made).loading = "eager";
    return made;
  }

  function placeOf(crop) {
    return crop.dataset.place.split(" ").map(Number);
  }

  function shape(layer, name, attributes) {
    const made = document.createElementNS(layer.namespaceURI, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return layer.appendChild(made);
  }

  function prepareDefects() {
    for (const row of all(".defects tbody tr", panel)) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "no";
      button.textContent = row.dataset.number;
      button.setAttribute("aria-label", `Look at defect ${row.dataset.number}`);
      find(".no", row).replaceWith(button);
      row.addEventListener("click", () => approach(row.dataset.number));
    }
  }

  function approach(wanted, closeUp) {
    if (!view.zoom) return;
    for (const row of all(".defects tbody tr", panel)) row.classList.toggle("chosen", row.dataset.number === wanted);
    const { xyxy } = view.zoom.boxes.find(({ number }) => number === Number(wanted));
    const [left, top, right, bottom] = closeUp ?? xyxy;
    const room = closeUp ? 1.2 * Math.max(right - left, bottom - top) : 3 * Math.max(right - left, bottom - top, 12);
    const scale = limited(Math.min(stage.clientWidth, stage.clientHeight) / room);
    const [x, y] = [(left + right) / 2, (top + bottom) / 2];
    move(scale, stage.clientWidth / 2 - x * scale, stage.clientHeight / 2 - y * scale);
    find("rect", marks)?.remove();
    const [x0, y0, x1, y1] = xyxy;
    const gap = 6 / scale;
    shape(marks, "rect", { x: x0 - gap, y: y0 - gap, width: x1 - x0 + 2 * gap, height: y1 - y0 + 2 * gap });
  }

  function limited(scale) {
    const largest = 16 / (view.zoom?.scale ?? 1); // 16 pixels of the screen for one of the camera
    return Math.min(Math.max(scale, Math.min(whole(), 1) / 2), Math.max(largest, whole()));
  }

  function whole() {
    if (!view.zoom) return 1;
    const margin = 0.96;
    return margin * Math.min(stage.clientWidth / view.zoom.width, stage.clientHeight / view.zoom.height);
  }

  function move(scale, x, y, fitted = false) {
    Object.assign(view, { scale, x, y, fitted });
    sheet.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
    sheet.style.setProperty("--zoom", scale);
    // Pixels of the camera are shown as such; those of a picture made smaller for this page are not worth it.
    sheet.classList.toggle("large", scale >= 4 && view.zoom?.scale === 1);
    sheet.classList.toggle("near", scale * devicePixelRatio > 1);
    patches.classList.toggle("large", scale * (view.zoom?.scale ?? 1) >= 4);
  }

  function fit() {
    if (!view.zoom) return;
    const scale = whole();
    move(scale, (stage.clientWidth - view.zoom.width * scale) / 2, (stage.clientHeight - view.zoom.height * scale) / 2, true);
  }

  function zoomBy(factor, x = stage.clientWidth / 2, y = stage.clientHeight / 2) {
    if (!view.zoom) return;
    const scale = limited(view.scale * factor);
    const ratio = scale / view.scale;
    move(scale, x - (x - view.x) * ratio, y - (y - view.y) * ratio);
  }

  function place() {
    const list = visible();
    const at = list.indexOf(view.row);
    find("#viewer-place").textContent = `${at + 1} / ${list.length}`;
    find("[data-do=previous]").disabled = at <= 0;
    find("[data-do=next]").disabled = at === list.length - 1;
  }

  function step(by) {
    const list = visible();
    const next = list[list.indexOf(view.row) + by];
    if (next) show(next);
  }

  function toggle() {
    const plain = stage.classList.toggle("plain");
    find("[data-do=overlay]").setAttribute("aria-pressed", String(!plain));
  }

  const actions = {
    overlay: toggle,
    in: () => zoomBy(1.4),
    out: () => zoomBy(1 / 1.4),
    fit,
    previous: () => step(-1),
    next: () => step(1),
    close: () => viewer.close(),
  };
  const keys = { ArrowLeft: "previous", ArrowRight: "next", o: "overlay", O: "overlay", "+": "in", "=": "in", "-": "out", 0: "fit" };

  for (const button of all("[data-do]", viewer)) button.addEventListener("click", () => actions[button.dataset.do]());
  viewer.addEventListener("keydown", (event) => {
    const action = keys[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    actions[action]();
  });
  viewer.addEventListener("close", () => {
    history.replaceState(null, "", location.pathname + location.search);
    find("button.open", view.row)?.focus();
    view.row.scrollIntoView({ block: "nearest" });
  });
  stage.addEventListener("dblclick", fit);
  stage.addEventListener("wheel", (event) => {
    event.preventDefault();
    const area = stage.getBoundingClientRect();
    zoomBy(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0016)), event.clientX - area.left, event.clientY - area.top);
  }, { passive: false });

  // One pointer drags, two pinch.
  const pointers = new Map();
  stage.addEventListener("pointerdown", (event) => {
    pointers.set(event.pointerId, event);
    stage.setPointerCapture(event.pointerId);
    stage.classList.add("dragging");
  });
  stage.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (!before || !view.zoom) return;
    if (pointers.size === 1) {
      move(view.scale, view.x + event.clientX - before.clientX, view.y + event.clientY - before.clientY);
    } else if (pointers.size === 2) {
      const other = [...pointers.values()].find((each) => each.pointerId !== event.pointerId);
      const distance = (each) => Math.hypot(each.clientX - other.clientX, each.clientY - other.clientY) || 1;
      const area = stage.getBoundingClientRect();
      zoomBy(distance(event) / distance(before), (event.clientX + other.clientX) / 2 - area.left, (event.clientY + other.clientY) / 2 - area.top);
    }
    pointers.set(event.pointerId, event);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    stage.addEventListener(end, (event) => {
      pointers.delete(event.pointerId);
      stage.classList.toggle("dragging", pointers.size > 0);
    });
  }
  new ResizeObserver(() => { if (view.fitted) fit(); }).observe(stage);

  filter();
  const linked = location.hash.startsWith(MARK) && rows[Number(location.hash.slice(MARK.length))];
  if (linked) show(linked);
})();

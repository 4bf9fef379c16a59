// <model-picture src file>: what an SVG picture drawn by the server lacks on a page: zoom and pan, arrow keys from
// card to card, the lines of the card that is looked at, and a PNG. `src` is the picture as a file of its own.

const ZOOM_STEP = 1.25;
const ZOOM_MOST = 8;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const PNG_SCALE = 2;

class ModelPicture extends HTMLElement {
  connectedCallback() {
    this.svg = this.querySelector("svg");
    const { x, y, width, height } = this.svg.viewBox.baseVal;
    this.whole = { x, y, width, height };
    this.addEventListener("click", (event) => this.act(event));
    this.addEventListener("keydown", (event) => this.step(event));
    this.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    for (const [name, isOn] of [["pointerover", true], ["pointerout", false], ["focusin", true], ["focusout", false]]) {
      this.addEventListener(name, (event) => this.light(event.target.closest("[data-type]"), isOn));
    }
    this.listenForDrags();
    this.querySelector(".zoom").hidden = false;
    const png = document.querySelector("[data-png]");
    png.hidden = false;
    png.addEventListener("click", () => this.download());
    this.dataset.ready = "";
  }

  act(event) {
    const zoom = event.target.closest("[data-zoom]")?.dataset.zoom;
    if (zoom === "in") this.zoom(1 / ZOOM_STEP);
    if (zoom === "out") this.zoom(ZOOM_STEP);
    if (zoom === "whole") this.view(this.whole);
  }

  wheel(event) {
    // Without a modifier the wheel scrolls the page, as everywhere else.
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.zoom(event.deltaY > 0 ? 1.1 : 1 / 1.1, this.at(event));
  }

  /** Show `factor` times as much as now; the point `about` stays where it is. */
  zoom(factor, about) {
    const now = this.svg.viewBox.baseVal;
    const { x, y } = about ?? { x: now.x + now.width / 2, y: now.y + now.height / 2 };
    const width = Math.min(Math.max(now.width * factor, this.whole.width / ZOOM_MOST), this.whole.width);
    const scale = width / now.width;
    this.view({ x: x - (x - now.x) * scale, y: y - (y - now.y) * scale, width, height: now.height * scale });
  }

  view({ x, y, width, height }) {
    // What is shown stays within the picture, so that nobody gets lost beside it.
    const within = (start, size, from, all) => Math.min(Math.max(start, from), from + all - size);
    const left = within(x, width, this.whole.x, this.whole.width);
    const top = within(y, height, this.whole.y, this.whole.height);
    this.svg.setAttribute("viewBox", [left, top, width, height].join(" "));
    this.toggleAttribute("data-zoomed", width < this.whole.width);
  }

  at(event) {
    return new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
  }

  listenForDrags() {
    let from = null;
    this.svg.addEventListener("dragstart", (event) => event.preventDefault());
    this.svg.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !this.hasAttribute("data-zoomed")) return;
      const { x, y } = this.at(event);
      from = { x, y, hasMoved: false };
    });
    this.svg.addEventListener("pointermove", (event) => {
      if (!from) return;
      const to = this.at(event);
      const { x, y, width, height } = this.svg.viewBox.baseVal;
      if (!from.hasMoved && Math.hypot(to.x - from.x, to.y - from.y) < 4) return;
      from.hasMoved = true;
      this.svg.setPointerCapture(event.pointerId);
      this.view({ x: x + from.x - to.x, y: y + from.y - to.y, width, height });
    });
    for (const end of ["pointerup", "pointercancel"]) {
      this.svg.addEventListener(end, () => {
        // The click that ends a drag opens nothing; where none comes, the next one must.
        if (from?.hasMoved) {
          const ignore = (event) => event.preventDefault();
          this.addEventListener("click", ignore, { capture: true, once: true });
          setTimeout(() => this.removeEventListener("click", ignore, { capture: true }), 100);
        }
        from = null;
      });
    }
  }

  /** Move the focus to the next card in the direction of an arrow key. */
  step(event) {
    const direction = ARROWS[event.key];
    const card = event.target.closest("a[data-type]");
    if (!direction || !card || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const middle = (each) => {
      const box = each.getBoundingClientRect();
      return [box.x + box.width / 2, box.y + box.height / 2];
    };
    const [x, y] = middle(card);
    let nearest = null;
    let least = Infinity;
    for (const other of this.svg.querySelectorAll("a[data-type]")) {
      const [otherX, otherY] = middle(other);
      const along = (otherX - x) * direction[0] + (otherY - y) * direction[1];
      const aside = Math.abs((otherX - x) * direction[1]) + Math.abs((otherY - y) * direction[0]);
      if (other !== card && along > 1 && along + 2 * aside < least) [nearest, least] = [other, along + 2 * aside];
    }
    nearest?.focus();
  }

  light(card, isOn) {
    if (!card) return;
    const name = card.dataset.type;
    for (const line of this.svg.querySelectorAll("[data-from]")) {
      const touches = line.dataset.from === name || line.dataset.to === name;
      if (touches) line.classList.toggle("lit", isOn);
    }
    this.svg.classList.toggle("lighting", isOn);
  }

  async download() {
    const file = await (await fetch(this.getAttribute("src"))).blob();
    const image = new Image();
    image.src = URL.createObjectURL(new Blob([file], { type: "image/svg+xml" }));
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth * PNG_SCALE;
    canvas.height = image.naturalHeight * PNG_SCALE;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(image.src);
    const png = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(png), download: this.getAttribute("file") });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }
}
customElements.define("model-picture", ModelPicture);

// <type-finder>: while a name is typed, cards and list entries of other object types step back.
class TypeFinder extends HTMLElement {
  connectedCallback() {
    this.querySelector("input").addEventListener("input", (event) => {
      const wanted = event.target.value.trim().toLowerCase();
      for (const each of document.querySelectorAll("[data-names]")) {
        each.classList.toggle("passed-over", wanted !== "" && !each.dataset.names.includes(wanted));
      }
    });
  }
}
customElements.define("type-finder", TypeFinder);

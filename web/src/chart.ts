// A size and two scales in, an SVG figure with axes out. Figures redraw when their width changes, so that text keeps
// its size from a phone to a wall; every figure has a sentence for those who can't see it.
import { scaleLinear, scaleLog } from "d3-scale";
import { h, s } from "./dom";
import { power, short } from "./words";

export type Scale = ReturnType<typeof scaleLinear<number>> | ReturnType<typeof scaleLog<number>>;

export interface Axis {
  scale: Scale;
  label: string;
  ticks: number[];
  write: (value: number) => string;
}

/** A linear axis over `domain`. */
export function linear(domain: [number, number], label: string, wanted = 6): Axis {
  const scale = scaleLinear().domain(domain);
  return { scale, label, ticks: scale.ticks(wanted), write: scale.tickFormat(wanted) };
}

/** A logarithmic axis over `domain`, which is positive. */
export function log(domain: [number, number], label: string, wanted = 6): Axis {
  const [from, to] = domain[0] < domain[1] ? domain : [domain[0] / 2, domain[0] * 2];
  const scale = scaleLog().domain([from, to]);
  const first = Math.ceil(Math.log10(from) - 1e-9);
  const last = Math.floor(Math.log10(to) + 1e-9);
  const step = Math.max(1, Math.ceil((last - first + 1) / wanted));
  const decades = [];
  for (let exponent = first; exponent <= last; exponent += step) decades.push(10 ** exponent);
  if (decades.length > 1) return { scale, label, ticks: decades, write: power };
  const ticks = scale.ticks(4).filter((value) => /^[125]/.test(value.toExponential()));
  return { scale, label, ticks, write: (value) => short(value, 2) };
}

export class Canvas {
  readonly svg: SVGSVGElement;
  readonly left: number;
  readonly right: number;
  readonly top = 18;
  readonly bottom: number;

  constructor(
    readonly width: number,
    readonly height: number,
    summary: string,
    left = 46,
  ) {
    this.left = left;
    this.right = width - 12;
    this.bottom = height - 38;
    this.svg = s("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": summary });
  }

  /** Draws the axes and gives the scales their ranges. */
  axes(x: Axis, y: Axis | null): void {
    x.scale.range([this.left, this.right]);
    for (const value of x.ticks) {
      const at = x.scale(value);
      this.add(s("path", { class: "tick", d: `M${at},${this.bottom}v4` }));
      this.text(at, this.bottom + 16, x.write(value), "tick-label middle");
    }
    this.add(s("path", { class: "axis", d: `M${this.left},${this.bottom}H${this.right}` }));
    this.text((this.left + this.right) / 2, this.height - 4, x.label, "axis-label middle");
    if (!y) return;
    y.scale.range([this.bottom, this.top]);
    for (const value of y.ticks) {
      const at = y.scale(value);
      this.add(s("path", { class: "grid", d: `M${this.left},${at}H${this.right}` }));
      this.text(this.left - 6, at + 4, y.write(value), "tick-label end");
    }
    this.text(this.left - 6, 9, y.label, "axis-label");
    this.svg.lastElementChild?.setAttribute("x", "0");
  }

  add<E extends SVGElement>(element: E): E {
    this.svg.append(element);
    return element;
  }

  text(x: number, y: number, words: string, name = ""): SVGTextElement {
    return this.add(s("text", { x, y, class: name }, words));
  }

  /** A vertical line with a word on top, kept inside. */
  mark(x: number, words: string, name: string, level = 0): void {
    if (x < this.left - 0.5 || x > this.right + 0.5) return;
    this.add(s("path", { class: `mark ${name}`, d: `M${x},${this.top}V${this.bottom}` }));
    const side = x > (this.left + this.right) / 2 ? "end" : "start";
    this.text(x + (side === "end" ? -4 : 4), this.top + 11 + 13 * level, words, `mark-label ${name} ${side}`);
  }

  /** A shaded stretch along x. */
  band(from: number, to: number, name = "band"): void {
    const [a, b] = [Math.max(from, this.left), Math.min(to, this.right)];
    if (b > a) this.add(s("rect", { class: name, x: a, y: this.top, width: b - a, height: this.bottom - this.top }));
  }

  /** All points as one path: thousands of circles would be thousands of elements. */
  dots(points: [number, number][], name: string): void {
    if (points.length === 0) return;
    this.add(s("path", { class: `dots ${name}${points.length > 400 ? " many" : ""}`, d: points.map(([x, y]) => `M${x.toFixed(1)},${y.toFixed(1)}h0`).join("") }));
  }

  line(points: [number, number][], name: string): void {
    if (points.length < 2) return;
    this.add(s("path", { class: `line ${name}`, d: `M${points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join("L")}` }));
  }
}

/** A figure that draws itself at the width it has. */
export function figure(title: string, summary: string, draw: (width: number) => Canvas, legend?: Node): HTMLElement {
  const holder = h("div", { class: "drawing" });
  const element = h("figure", {}, h("figcaption", {}, h("span", { class: "title" }, title), legend), holder);
  element.dataset.summary = summary;
  let drawn = 0;
  new ResizeObserver(() => {
    const width = Math.max(240, Math.floor(holder.clientWidth));
    if (width === drawn || holder.clientWidth === 0) return;
    drawn = width;
    holder.replaceChildren(draw(width).svg);
  }).observe(holder);
  return element;
}

/** Names with the colours that stand for them. */
export function legend(entries: [string, string][]): HTMLElement {
  const entry = ([words, name]: [string, string]) => h("span", { class: "key" }, h("i", { class: name }), words);
  return h("span", { class: "legend" }, ...entries.map(entry));
}

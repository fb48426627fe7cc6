// Numbers of one or two models in, their histogram out: the article's picture, with the band of 2 to 6.
import { Canvas, figure, legend, linear } from "./chart";
import { s } from "./dom";
import { plural, short } from "./words";

export interface Series {
  label: string;
  values: number[];
  name: string;
}

export interface Shape {
  title: string;
  axis: string;
  /** Width of a bin. */
  width: number;
  band?: [number, number];
  /** Everything above is counted in the last bin. */
  cap?: number;
  mark?: [number, string];
  /** The class of a bar from the middle of its bin. */
  bar?: (middle: number) => string;
}

interface Bins {
  from: number;
  width: number;
  counts: number[][];
  capped: boolean;
}

export function bins(series: Series[], width: number, cap = Infinity): Bins {
  const all = series.flatMap((one) => one.values);
  const [least, most] = [all.reduce((a, b) => Math.min(a, b), Infinity), all.reduce((a, b) => Math.max(a, b), -Infinity)];
  const from = Math.floor(Math.min(least, most) / width) * width;
  const capped = most > cap;
  const number = Math.max(1, Math.floor((Math.min(most, cap) - from) / width + 1e-9) + 1);
  const counts = series.map((one) => {
    const row = new Array<number>(number).fill(0);
    for (const value of one.values) row[Math.min(number - 1, Math.floor((value - from) / width + 1e-9))]! += 1;
    return row;
  });
  return { from, width, counts, capped };
}

export function histogram(series: Series[], shape: Shape): HTMLElement {
  const drawn = series.filter((one) => one.values.length > 0);
  const summary = `${shape.title}. ${drawn.map((one) => `${one.label}: ${plural(one.values.length, "value")}, ${range(one.values)}`).join("; ")}.`;
  const keys = drawn.length > 1 ? legend(drawn.map((one) => [one.label, one.name])) : undefined;
  return figure(shape.title, summary, (width) => draw(drawn, shape, width, summary), keys);
}

function range(values: number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  return `${short(sorted[0]!, 3)} to ${short(sorted.at(-1)!, 3)}`;
}

function draw(series: Series[], shape: Shape, width: number, summary: string): Canvas {
  const canvas = new Canvas(width, 250, summary, 34);
  if (series.length === 0) return canvas;
  const { from, width: step, counts, capped } = bins(series, shape.width, shape.cap);
  const end = from + step * counts[0]!.length;
  const most = Math.max(...counts.flat());
  const label = capped ? `${shape.axis}; last bin: ${shape.cap} and more` : shape.axis;
  const x = linear(shape.band ? [Math.min(from, 1), Math.max(end, shape.band[1] + 1)] : [from, end], label, width < 420 ? 6 : 10);
  const y = linear([0, most * 1.12], "layers", 4);
  y.ticks = y.ticks.filter(Number.isInteger);
  x.scale.range([canvas.left, canvas.right]);
  if (shape.band) canvas.band(x.scale(shape.band[0]), x.scale(shape.band[1]));
  canvas.axes(x, y);
  counts.forEach((row, index) => {
    const name = series[index]!.name;
    row.forEach((count, bin) => {
      if (count === 0) return;
      const [left, right] = [x.scale(from + bin * step), x.scale(from + (bin + 1) * step)];
      const top = y.scale(count);
      const kind = shape.bar ? shape.bar(from + (bin + 0.5) * step) : "";
      const words = `${series[index]!.label}: ${plural(count, "layer")}, ${short(from + bin * step, 3)} to ${capped && bin === row.length - 1 ? "∞" : short(from + (bin + 1) * step, 3)}`;
      const bar = { class: `bar ${name} ${kind}`, x: left + 0.5, y: top, width: Math.max(0.5, right - left - 1), height: canvas.bottom - top };
      canvas.add(s("rect", bar, s("title", {}, words)));
    });
  });
  if (shape.mark) canvas.mark(x.scale(shape.mark[0]), shape.mark[1], "quiet");
  return canvas;
}

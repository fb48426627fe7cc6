// Models in, their alphas by depth out: the "correlation flow" through the network, and the same by role.
import { Canvas, figure, legend, linear, log, type Axis } from "./chart";
import { alpha, rows, type Model, type Report, type State } from "./data";
import { hover, type Spot } from "./hover";
import { layerAddress } from "./route";
import { s } from "./dom";
import { two } from "./words";

/** Alphas above this are drawn on a logarithmic axis: one layer at 38 would flatten the others. */
const LINEAR_UP_TO = 16;

export function alphaAxis(values: number[], band: [number, number], label = "alpha"): Axis {
  const most = values.reduce((a, b) => Math.max(a, b), band[1] + 1);
  if (most <= LINEAR_UP_TO) return linear([1, most * 1.04], label, 7);
  const axis = log([1, most * 1.1], label);
  axis.ticks = [1, 2, 4, 6, 10, 20, 40, 100].filter((tick) => tick <= most * 1.1);
  axis.write = String;
  return axis;
}

export interface Line {
  index: number;
  name: string;
}

/** Alpha against the layer's place in the network. */
export function flow(report: Report, lines: Line[]): HTMLElement {
  const models = lines.map((line) => ({ ...line, model: report.models[line.index]! }));
  const keys = models.length > 1 ? legend(models.map(({ model, name }) => [model.label, name])) : undefined;
  const title = "Alpha by depth";
  const summary = `${title}: alpha of every layer in the order of the network, for ${models.map(({ model }) => model.label).join(" and ")}.`;
  const draw = (width: number) => {
    const canvas = new Canvas(width, 260, summary, 34);
    const all = models.flatMap(({ model }) => rows(model).flatMap((row) => alpha(model, row) ?? []));
    const most = Math.max(...models.map(({ model }) => model.names.length), 2);
    const x = linear([1, most], "layer, from input to output", width < 420 ? 5 : 10);
    x.ticks = [1, ...x.ticks.filter((tick) => Number.isInteger(tick) && tick > most / 20)];
    const y = alphaAxis(all, report.band);
    y.scale.range([canvas.bottom, canvas.top]);
    bandRows(canvas, y, report.band);
    canvas.axes(x, y);
    const spots: Spot[] = [];
    for (const { model, index, name } of models) {
      const points = rows(model).flatMap((row) => {
        const value = alpha(model, row);
        return value === null ? [] : [{ row, value, at: [x.scale(row + 1), y.scale(value)] as [number, number] }];
      });
      if (points.length < 400) canvas.line(points.map(({ at }) => at), name);
      if (models.length > 1) canvas.dots(points.map(({ at }) => at), name);
      else byState(canvas, points.map(({ row, at }) => [model.states[row]!, at]));
      for (const { row, value, at } of points) spots.push(spot(model, index, row, value, at));
    }
    hover(canvas, spots);
    return canvas;
  };
  return figure(title, summary, draw, keys);
}

/** Every role a line of dots. */
export function roles(report: Report, index: number, shown = 14): HTMLElement {
  const model = report.models[index]!;
  const list = model.verdict.roles.slice(0, shown);
  const rest = model.verdict.roles.length - list.length;
  const title = rest > 0 ? `Alpha by role (first ${shown} of ${model.verdict.roles.length})` : "Alpha by role";
  const summary = `${title}. ${list.map((role) => `${role.role}: mean ${two(role.mean)}, ${role.above} of ${role.layers} above 6`).join("; ")}.`;
  const draw = (width: number) => {
    const height = Math.max(120, 56 + list.length * 26);
    const left = Math.min(170, Math.floor(width * 0.4));
    const canvas = new Canvas(width, height, summary, left);
    const all = rows(model).flatMap((row) => alpha(model, row) ?? []);
    const x = alphaAxis(all, report.band);
    if (width < 480 && x.ticks.length > 6) x.ticks = x.ticks.filter((_, tick) => tick % 2 === 0);
    x.scale.range([canvas.left, canvas.right]);
    canvas.band(x.scale(report.band[0]), x.scale(report.band[1]));
    canvas.axes(x, null);
    const spots: Spot[] = [];
    const dots: [State, [number, number]][] = [];
    const place = new Map(list.map((role, line) => [role.role, canvas.top + 13 + line * 26]));
    for (const [role, y] of place) {
      canvas.add(s("path", { class: "grid", d: `M${canvas.left},${y}H${canvas.right}` }));
      canvas.text(left - 8, y + 4, shortened(role, Math.floor(left / 6.6)), "role-label end");
    }
    for (const row of rows(model)) {
      const [value, y] = [alpha(model, row), place.get(model.roles[row]!)];
      if (value === null || y === undefined) continue;
      const at: [number, number] = [x.scale(value), y];
      dots.push([model.states[row]!, at]);
      spots.push(spot(model, index, row, value, at));
    }
    byState(canvas, dots);
    for (const role of list) {
      canvas.add(s("path", { class: "median", d: `M${x.scale(role.median)},${place.get(role.role)! - 8}v16` }, s("title", {}, `median ${two(role.median)}`)));
    }
    hover(canvas, spots);
    return canvas;
  };
  return figure(title, summary, draw);
}

export function bandRows(canvas: Canvas, y: Axis, band: [number, number]): void {
  const [top, bottom] = [y.scale(band[1]), y.scale(band[0])];
  canvas.add(s("rect", { class: "band", x: canvas.left, y: top, width: canvas.right - canvas.left, height: bottom - top }));
}

function byState(canvas: Canvas, dots: [State, [number, number]][]): void {
  for (const state of ["well-trained", "over-trained", "under-trained"] as const) {
    canvas.dots(dots.filter(([of]) => of === state).map(([, at]) => at), state);
  }
}

function spot(model: Model, index: number, row: number, value: number, [x, y]: [number, number]): Spot {
  return { x, y, words: () => `${model.names[row]}  ${two(value)}`, address: () => layerAddress(model, index, row) };
}

/** The end of a long name tells more than its beginning. */
function shortened(name: string, length: number): string {
  return name.length <= length ? name : `…${name.slice(1 - length)}`;
}

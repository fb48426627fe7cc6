// One layer's curves in, its four figures out: the ESD with the fit, the tail by rank, and the search for xmin.
import { Canvas, figure, legend, linear, log } from "./chart";
import { number, type Curves, type Model, type Report } from "./data";
import { alphaAxis, bandRows } from "./flow";
import { hover } from "./hover";
import { s } from "./dom";
import { short, two } from "./words";

interface Fit {
  alpha: number;
  xmin: number;
  xmax: number;
  tail: number;
}

function fitOf(model: Model, row: number, curves: Curves): Fit | null {
  const [alpha, xmin, tail] = [number(model, "alpha", row), number(model, "xmin", row), number(model, "num_pl_spikes", row)];
  if (model.states[row] === "no-fit" || alpha === null || xmin === null || xmin <= 0) return null;
  const largest = curves.ranks[0]?.[1] ?? xmin;
  return { alpha, xmin, xmax: number(model, "xmax", row) ?? largest, tail: tail ?? curves.ranks.filter(([, value]) => value >= xmin).length };
}

export function spectrumFigures(report: Report, model: Model, row: number): HTMLElement[] {
  const curves = model.curves[row];
  if (!curves || curves.counts.length === 0) return [];
  const fit = fitOf(model, row, curves);
  const figures = [density(model, row, curves, fit), tailRanks(curves, fit)];
  if (curves.search.length > 1) figures.push(distances(curves, fit), exponents(report, curves, fit));
  return figures;
}

/** The spectral density in bins of equal width in log λ, and the law on its tail. */
function density(model: Model, row: number, curves: Curves, fit: Fit | null): HTMLElement {
  const title = "Spectral density";
  const law = fit ? `; from xmin ${short(fit.xmin)} on a power law with exponent ${two(fit.alpha)}` : "; no power law";
  const summary = `${title}, log-log: ${curves.all} eigenvalues${law}.`;
  const edges = curves.counts.map((_, bin) => curves.from * curves.ratio ** bin);
  const heights = curves.counts.map((count, bin) => count / (curves.all * edges[bin]! * (curves.ratio - 1)));
  const positive = heights.filter((height) => height > 0);
  const last = curves.from * curves.ratio ** curves.counts.length;
  const draw = (width: number) => {
    const canvas = new Canvas(width, 290, summary, 46);
    const x = log([curves.from / 1.05, last * 1.05], "eigenvalue λ");
    const y = log([Math.min(...positive) / 2.5, Math.max(...positive) * 2], "density p(λ)", 5);
    canvas.axes(x, y);
    heights.forEach((height, bin) => {
      if (height <= 0) return;
      const [from, to] = [edges[bin]!, edges[bin]! * curves.ratio];
      // The bin in which the tail begins is shared.
      const tail = fit ? Math.min(Math.max(fit.xmin, from), to) : to;
      const bar = (a: number, b: number, name: string) => {
        const [left, width] = [x.scale(a) + 0.25, x.scale(b) - x.scale(a) - 0.5];
        if (width > 0) canvas.add(s("rect", { class: `bar ${name}`, x: left, y: y.scale(height), width, height: Math.max(0, canvas.bottom - y.scale(height)) }));
      };
      bar(from, tail, "bulk");
      bar(tail, to, "tail");
    });
    if (fit) {
      const at = (value: number) => (fit.tail / curves.all) * ((fit.alpha - 1) / fit.xmin) * (value / fit.xmin) ** -fit.alpha;
      const clip = Math.min(...positive) / 2.5;
      const stop = Math.min(fit.xmax, fit.xmin * (at(fit.xmin) / clip) ** (1 / fit.alpha));
      canvas.line([[x.scale(fit.xmin), y.scale(at(fit.xmin))], [x.scale(stop), y.scale(at(stop))]], "fit");
      canvas.mark(x.scale(fit.xmin), "xmin", "fit");
    }
    edge(canvas, x.scale, model, row, curves);
    return canvas;
  };
  const keys: [string, string][] = fit ? [["bulk", "bulk"], ["tail", "tail"], [`power law, alpha ${two(fit.alpha)}`, "fit-line"]] : [];
  return figure(title, summary, draw, keys.length ? legend(keys) : undefined);
}

/** The Marchenko–Pastur edge, where there is a bulk. */
function edge(canvas: Canvas, scale: (value: number) => number, model: Model, row: number, curves: Curves): void {
  const bulk = number(model, "bulk_max", row) ?? curves.edge;
  if (bulk !== null && bulk > 0) canvas.mark(scale(bulk), "MP edge", "edge", 1);
  const shuffled = number(model, "rand_bulk_max", row);
  if (shuffled !== null && shuffled > 0) canvas.mark(scale(shuffled), "edge of shuffled W", "edge", 2);
}

/** Rank against eigenvalue: the tail without bins. */
function tailRanks(curves: Curves, fit: Fit | null): HTMLElement {
  const title = "Eigenvalues by rank";
  const summary = `${title}, log-log: the largest eigenvalue is ${short(curves.ranks[0]?.[1] ?? 0)}. A power law is a straight line.`;
  const draw = (width: number) => {
    const canvas = new Canvas(width, 290, summary, 46);
    const values = curves.ranks.map(([, value]) => value);
    const from = Math.max(values.at(-1)!, values[0]! * 1e-10);
    const x = log([from / 1.05, values[0]! * 1.15], "eigenvalue λ");
    const y = log([0.8, curves.all * 1.3], "eigenvalues ≥ λ", 5);
    canvas.axes(x, y);
    const at = ([rank, value]: [number, number]): [number, number] => [x.scale(value), y.scale(rank)];
    const shown = curves.ranks.filter(([, value]) => value >= from);
    const inTail = ([rank]: [number, number]) => fit !== null && rank <= fit.tail;
    canvas.dots(shown.filter((one) => !inTail(one)).map(at), "bulk small");
    canvas.dots(shown.filter(inTail).map(at), "tail small");
    if (fit) {
      const above = (value: number) => fit.tail * (value / fit.xmin) ** (1 - fit.alpha);
      const stop = Math.min(fit.xmax, fit.xmin * (fit.tail / 0.8) ** (1 / (fit.alpha - 1)));
      canvas.line([[x.scale(fit.xmin), y.scale(fit.tail)], [x.scale(stop), y.scale(above(stop))]], "fit");
      canvas.mark(x.scale(fit.xmin), "xmin", "fit");
    }
    hover(canvas, shown.map((one) => ({ x: at(one)[0], y: at(one)[1], words: () => `λ = ${short(one[1])}, rank ${one[0]}` })));
    return canvas;
  };
  return figure(title, summary, draw);
}

function distances(curves: Curves, fit: Fit | null): HTMLElement {
  const title = "The search for xmin: distance";
  const summary = `${title}: the Kolmogorov–Smirnov distance D of every candidate; the smallest decides.`;
  const draw = (width: number) => {
    const canvas = new Canvas(width, 240, summary, 46);
    const most = Math.min(1, Math.max(...curves.search.map(([, , distance]) => distance)));
    const x = searchAxis(curves);
    canvas.axes(x, linear([0, most * 1.05], "KS distance D", 5));
    const y = linear([0, most * 1.05], "", 5);
    y.scale.range([canvas.bottom, canvas.top]);
    search(canvas, curves, fit, (point) => [x.scale(point[0]), y.scale(Math.min(point[2], most * 1.05))]);
    return canvas;
  };
  return figure(title, summary, draw);
}

function exponents(report: Report, curves: Curves, fit: Fit | null): HTMLElement {
  const title = "The search for xmin: alpha";
  const summary = `${title}: the exponent that every candidate would give. A plateau is a stable alpha.`;
  const draw = (width: number) => {
    const canvas = new Canvas(width, 240, summary, 46);
    // The last candidates rest on a few eigenvalues and their exponents on nothing.
    const cap = Math.max(2.5 * (fit?.alpha ?? report.band[1]), report.band[1] + 2);
    const alphas = curves.search.map(([, alpha]) => Math.min(alpha, cap));
    const x = searchAxis(curves);
    const y = alphaAxis(alphas, report.band);
    y.scale.range([canvas.bottom, canvas.top]);
    bandRows(canvas, y, report.band);
    canvas.axes(x, y);
    search(canvas, curves, fit, (point) => [x.scale(point[0]), y.scale(Math.min(point[1], cap))]);
    return canvas;
  };
  return figure(title, summary, draw);
}

function searchAxis(curves: Curves) {
  return log([curves.search[0]![0] / 1.05, curves.search.at(-1)![0] * 1.05], "xmin");
}

function search(canvas: Canvas, curves: Curves, fit: Fit | null, at: (point: [number, number, number]) => [number, number]): void {
  canvas.line(curves.search.map(at), "search");
  if (fit) {
    const chosen = curves.search.reduce((best, point) => (Math.abs(Math.log(point[0] / fit.xmin)) < Math.abs(Math.log(best[0] / fit.xmin)) ? point : best));
    const [x] = at(chosen);
    canvas.mark(x, "chosen", "fit");
    canvas.dots([at(chosen)], "tail");
  }
  hover(canvas, curves.search.map((point) => ({ x: at(point)[0], y: at(point)[1], words: () => `xmin ${short(point[0])}: alpha ${two(point[1])}, D ${short(point[2], 3)}` })));
}

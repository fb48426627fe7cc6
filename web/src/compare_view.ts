// A pair of models in, what sets them apart out: the article's two histograms, alpha by depth, and every matched layer.
import { alpha, fitted, number, type Pair, type Report } from "./data";
import { h } from "./dom";
import { Canvas, figure, legend } from "./chart";
import { alphaAxis, flow } from "./flow";
import { histogram, type Series } from "./histogram";
import { hover } from "./hover";
import { address, layerAddress } from "./route";
import { csv, download } from "./save";
import { s } from "./dom";
import { Table, inSight, type TableColumn } from "./table";
import { exact, percent, signed, two, WORDS } from "./words";

const COLOURS = ["first", "second"] as const;

export function compareView(report: Report, index: number): HTMLElement {
  const pair = report.pairs[index]!;
  const table = differences(report, pair);
  inSight([table.table as unknown as Table<never>]);
  return h(
    "div",
    {},
    h("div", { class: `answer ${pair.word}` }, h("p", { class: "word" }, word(report, pair)), h("p", { class: "sentence" }, pair.sentence)),
    report.pairs.length > 1 && choose(report, index),
    models(report, pair),
    h("div", { class: "two" }, ...histograms(report, pair)),
    h("div", { class: "two" }, flow(report, [{ index: pair.first, name: "first" }, { index: pair.second, name: "second" }]), scatter(report, pair)),
    table.element,
    unmatched(report, pair),
  );
}

function word(report: Report, pair: Pair): string {
  const [first, second] = [report.models[pair.first]!.label, report.models[pair.second]!.label];
  if (pair.word === "first-had-less") return `${first} had less data`;
  if (pair.word === "second-had-less") return `${second} had less data`;
  return pair.word === "undecided" ? "The layers don’t tell" : "Nothing to compare";
}

function choose(report: Report, index: number): HTMLElement {
  const select = h("select", { id: "pair" });
  report.pairs.forEach((pair, place) => {
    const words = `${report.models[pair.first]!.label} and ${report.models[pair.second]!.label}`;
    select.append(h("option", { value: place, selected: place === index }, words));
  });
  select.addEventListener("change", () => (location.hash = address({ view: "compare", pair: Number(select.value) })));
  return h("p", { class: "tools" }, h("label", { for: "pair" }, "Pair"), select);
}

function models(report: Report, pair: Pair): HTMLElement {
  const head = ["model", "verdict", "layers", "mean alpha", "median", "above 6", "below 2", "mean log10 λ max"];
  const compared = report.models.filter((_, index) => index !== report.tuning?.change);
  const line = compared.map((model, index) => {
    const colour = index === pair.first ? "first" : index === pair.second ? "second" : "none";
    const norms = fitted(model, "log_spectral_norm");
    const mean = norms.length ? norms.reduce((sum, value) => sum + value, 0) / norms.length : null;
    const verdict = model.verdict;
    const numbers = [String(verdict.fitted), two(verdict.mean), two(verdict.median), `${verdict.above.length} (${percent(verdict.share_above)})`, String(verdict.below.length), two(mean)];
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, h("i", { class: `swatch ${colour}` }), h("a", { href: address({ view: "verdict", model: index }) }, model.label)),
      h("td", {}, WORDS[verdict.word]),
      ...numbers.map((text) => h("td", { class: "numeric" }, text)),
    );
  });
  const heads = head.map((text, place) => h("th", { scope: "col", class: place > 1 ? "numeric" : "" }, text));
  return h("div", { class: "wide panel", tabindex: 0, role: "region", "aria-label": "The models" }, h("table", { class: "small" }, h("thead", {}, h("tr", {}, ...heads)), h("tbody", {}, ...line)));
}

function histograms(report: Report, pair: Pair): HTMLElement[] {
  const series = (column: string): Series[] =>
    [pair.first, pair.second].map((index, place) => ({ label: report.models[index]!.label, values: fitted(report.models[index]!, column), name: COLOURS[place]! }));
  const norms = series("log_spectral_norm");
  const all = norms.flatMap((one) => one.values);
  const span = all.length ? all.reduce((a, b) => Math.max(a, b)) - all.reduce((a, b) => Math.min(a, b)) : 1;
  return [
    histogram(series("alpha"), { title: "Alpha", axis: "alpha; shaded: well-trained, 2 to 6", width: 0.5, band: report.band, cap: 15 }),
    histogram(norms, { title: "Scale: log spectral norm", axis: "log10 of the largest eigenvalue", width: [0.05, 0.1, 0.2, 0.25, 0.5, 1].find((width) => span / width <= 28) ?? 2 }),
  ];
}

function scatter(report: Report, pair: Pair): HTMLElement {
  const [first, second] = [report.models[pair.first]!, report.models[pair.second]!];
  const title = "Layer against layer";
  const summary = `${title}: alpha of the ${pair.matched.length} matched layers, ${first.label} against ${second.label}. Points below the diagonal have the larger alpha in ${first.label}.`;
  const points = pair.matched.flatMap(([a, b]) => {
    const [x, y] = [alpha(first, a), alpha(second, b)];
    return x === null || y === null ? [] : [{ a, x, y }];
  });
  const draw = (width: number) => {
    const canvas = new Canvas(width, 260, summary, 34);
    const all = points.flatMap(({ x, y }) => [x, y]);
    const [x, y] = [alphaAxis(all, report.band, `alpha, ${first.label}`), alphaAxis(all, report.band, `alpha, ${second.label}`)];
    x.scale.range([canvas.left, canvas.right]);
    canvas.axes(x, y);
    const [low, high] = x.scale.domain() as [number, number];
    canvas.add(s("path", { class: "diagonal", d: `M${x.scale(low)},${y.scale(low)}L${x.scale(high)},${y.scale(high)}` }));
    const [from, to] = report.band;
    canvas.add(s("rect", { class: "band", x: x.scale(from), y: y.scale(to), width: x.scale(to) - x.scale(from), height: y.scale(from) - y.scale(to) }));
    const at = points.map((point): [number, number] => [x.scale(point.x), y.scale(point.y)]);
    canvas.dots(at.filter((_, place) => points[place]!.x >= points[place]!.y), "first");
    canvas.dots(at.filter((_, place) => points[place]!.x < points[place]!.y), "second");
    hover(canvas, points.map((point, place) => ({ x: at[place]![0], y: at[place]![1], words: () => `${first.names[point.a]}  ${two(point.x)} and ${two(point.y)}`, address: () => layerAddress(first, pair.first, point.a) })));
    return canvas;
  };
  return figure(title, summary, draw, legend([[`larger in ${first.label}`, "first"], [`larger in ${second.label}`, "second"]]));
}

interface Line {
  name: string;
  row: number;
  cells: (number | null)[];
}

const COMPARED = ["alpha", "alpha_stable", "log_spectral_norm", "stable_rank"];

function differences(report: Report, pair: Pair): { table: Table<Line>; element: HTMLElement } {
  const [first, second] = [report.models[pair.first]!, report.models[pair.second]!];
  const shared = COMPARED.filter((column) => first.values[column] && second.values[column]);
  const read = (model: typeof first, column: string, row: number) => (model.states[row] === "no-fit" && column.startsWith("alpha") ? null : number(model, column, row));
  const lines = pair.matched.map(([a, b]): Line => {
    const cells = shared.flatMap((column) => {
      const [x, y] = [read(first, column, a), read(second, column, b)];
      return [x, y, x === null || y === null ? null : x - y];
    });
    return { name: first.names[a]!, row: a, cells };
  });
  const name: TableColumn<Line> = { key: "name", title: "layer", value: (line) => line.name, show: (line) => h("span", { class: "name" }, line.name) };
  const columns = shared.flatMap((column, place): TableColumn<Line>[] => {
    const hint = report.columns.find((one) => one.name === column)?.meaning ?? "";
    const cell = (offset: number, title: string, write: (value: number | null) => string): TableColumn<Line> => ({
      key: `${column} ${offset}`, title, hint, numeric: true,
      value: (line) => line.cells[3 * place + offset] ?? null,
      show: (line) => write(line.cells[3 * place + offset] ?? null),
    });
    return [cell(0, `${column}, ${first.label}`, two), cell(1, second.label, two), cell(2, "difference", signed)];
  });
  const table = new Table(lines, [name, ...columns], { label: "Differences by layer", sort: { key: "alpha 2", descending: true }, address: (line) => layerAddress(first, pair.first, line.row) });
  const head = ["layer", ...shared.flatMap((column) => [`${column}_first`, `${column}_second`, `${column}_difference`])];
  const save = () => download(`${first.label}-${second.label}.csv`, csv(head, table.rows().map((line) => [line.name, ...line.cells.map((cell) => exact(cell))])));
  const button = h("button", { type: "button", class: "plain", click: save }, "Download CSV");
  return { table, element: h("section", { class: "panel" }, h("div", { class: "head" }, h("h2", {}, `Differences of ${pair.matched.length} matched layers`), button), table.element) };
}

function unmatched(report: Report, pair: Pair): HTMLElement | null {
  const list = (index: number, rows: number[]) =>
    rows.length > 0 && h("div", {}, h("h3", {}, `Only in ${report.models[index]!.label} (${rows.length})`), h("p", { class: "names" }, rows.map((row) => report.models[index]!.names[row]).join(", ")));
  const lists = [list(pair.first, pair.only_first), list(pair.second, pair.only_second)];
  return lists.some(Boolean) ? h("section", { class: "panel two" }, ...lists) : null;
}

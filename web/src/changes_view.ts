// A model and the one that it was trained from in, what the training changed out: a line a layer, and both by depth.
import { Canvas, figure, linear, type Axis } from "./chart";
import type { Change, Report, Tuning } from "./data";
import { h, s } from "./dom";
import { hover } from "./hover";
import { layerAddress } from "./route";
import { csv, download } from "./save";
import { Table, inSight, type TableColumn } from "./table";
import { exact, plural, short, signed, two } from "./words";

interface Measure {
  key: keyof Change;
  title: string;
  hint: string;
  write: (value: number | null) => string;
}

const share = (value: number | null) => (value === null ? "–" : `${(100 * value).toFixed(value < 0.001 ? 2 : 1)} %`);
const whole = (value: number | null) => (value === null ? "–" : String(value));
const added = (value: number | null) => (value === null ? "–" : value > 0 ? `+${value}` : String(value).replace("-", "−"));

const MEASURES: Measure[] = [
  { key: "alpha_base", title: "alpha before", hint: "Alpha of W", write: two },
  { key: "alpha_tuned", title: "after", hint: "Alpha of W + ΔW", write: two },
  { key: "delta_alpha", title: "Δ alpha", hint: "Alpha after less alpha before", write: signed },
  { key: "frobenius", title: "‖ΔW‖ F", hint: "Frobenius norm of the change", write: short },
  { key: "relative", title: "of ‖W‖", hint: "Frobenius norm of the change over that of W", write: share },
  { key: "spectral", title: "‖ΔW‖ 2", hint: "Largest singular value of the change", write: short },
  { key: "rank", title: "rank", hint: "Numerical rank of the change; rounding of the weights makes it full", write: whole },
  { key: "rank_90", title: "90 % in", hint: "How many of the largest eigenvalues of ΔW hold 90 % of ‖ΔW‖²", write: whole },
  { key: "new_spikes", title: "new spikes", hint: "How many more eigenvalues than before stand out of the Marchenko–Pastur bulk of W", write: added },
];

export function changesView(report: Report, tuning: Tuning): HTMLElement {
  const table = changes(report, tuning);
  inSight([table as unknown as Table<never>]);
  const [base, tuned] = [report.models[tuning.base]!.label, report.models[tuning.tuned]!.label];
  const changed = tuning.layers.filter((layer) => (layer.frobenius ?? 0) > 0).length;
  const head = ["layer", "name in base", ...MEASURES.map(({ key }) => key), "reason"];
  const line = (layer: Change) => [layer.name, layer.base_name, ...MEASURES.map(({ key }) => exact(layer[key])), layer.reason];
  const save = () => download(`${base}-${tuned}-changes.csv`, csv(head, table.rows().map(line)));
  return h(
    "div",
    {},
    h("div", { class: "answer" }, h("p", { class: "word" }, `${plural(changed, "layer")} changed`), h("p", { class: "sentence" }, tuning.sentence)),
    tuning.layers.length > 0 && h("div", { class: "two" }, ...figures(report, tuning)),
    h("section", { class: "panel" }, h("div", { class: "head" }, h("h2", {}, `What changed in ${plural(tuning.layers.length, "layer")}`), h("button", { type: "button", class: "plain", click: save }, "Download CSV")), table.element),
    unmatched(base, tuned, tuning),
  );
}

function changes(report: Report, tuning: Tuning): Table<Change> {
  const name: TableColumn<Change> = { key: "name", title: "layer", value: (line) => line.name, show: (line) => h("span", { class: "name", title: line.reason || undefined }, line.name) };
  const measure = ({ key, title, hint, write }: Measure): TableColumn<Change> => ({
    key, title, hint, numeric: true,
    value: (line) => line[key],
    show: (line) => write(line[key] as number | null),
  });
  const model = report.models[tuning.change]!;
  return new Table(tuning.layers, [name, ...MEASURES.map(measure)], { label: "Changes by layer", address: (line) => layerAddress(model, tuning.change, line.change_row) });
}

function figures(report: Report, tuning: Tuning): HTMLElement[] {
  const relative = tuning.layers.map((layer) => (layer.relative === null ? null : 100 * layer.relative));
  const moved = tuning.layers.map((layer) => layer.delta_alpha);
  const most = relative.reduce<number>((a, b) => Math.max(a, b ?? 0), 0) || 1;
  const span = moved.reduce<number>((a, b) => Math.max(a, Math.abs(b ?? 0)), 0.1) * 1.05;
  return [
    stems(report, tuning, "How far each layer moved", relative, linear([0, most * 1.05], "‖ΔW‖ in % of ‖W‖, Frobenius", 5), () => "over-trained", (value) => `${value.toFixed(2)} %`),
    stems(report, tuning, "How alpha moved", moved, linear([-span, span], "alpha after less alpha before", 5), (value) => (value > 0 ? "first" : "second"), signed),
  ];
}

/** A line from zero and a dot for each layer that has a value. */
function stems(report: Report, tuning: Tuning, title: string, values: (number | null)[], y: Axis, colour: (value: number) => string, write: (value: number) => string): HTMLElement {
  const depth = Math.max(2, report.models[tuning.base]!.names.length);
  const known = values.flatMap((value, index) => (value === null ? [] : [{ value, layer: tuning.layers[index]! }]));
  const largest = known.reduce((a, b) => (Math.abs(b.value) > Math.abs(a?.value ?? 0) ? b : a), known[0]);
  const summary = `${title}, by depth.${largest ? ` Most of all ${largest.layer.name}: ${write(largest.value)}.` : ""}`;
  const draw = (width: number) => {
    const canvas = new Canvas(width, 250, summary, 40);
    const x = linear([1, depth], "layer, from input to output", width < 420 ? 5 : 10);
    x.ticks = [1, ...x.ticks.filter((tick) => Number.isInteger(tick) && tick > depth / 20)];
    canvas.axes(x, y);
    const zero = y.scale(0);
    const points = known.map(({ value, layer }) => ({ value, layer, at: [x.scale(layer.base_row + 1), y.scale(value)] as [number, number] }));
    canvas.add(s("path", { class: "axis", d: `M${canvas.left},${zero}H${canvas.right}` }));
    canvas.add(s("path", { class: "stems", d: points.map(({ at: [px, py] }) => `M${px.toFixed(1)},${zero.toFixed(1)}V${py.toFixed(1)}`).join("") }));
    for (const name of new Set(known.map(({ value }) => colour(value)))) canvas.dots(points.filter(({ value }) => colour(value) === name).map(({ at }) => at), name);
    const model = report.models[tuning.change]!;
    hover(canvas, points.map(({ value, layer, at: [px, py] }) => ({ x: px, y: py, words: () => `${layer.name}  ${write(value)}`, address: () => layerAddress(model, tuning.change, layer.change_row) })));
    return canvas;
  };
  return figure(title, summary, draw);
}

function unmatched(base: string, tuned: string, tuning: Tuning): HTMLElement | null {
  const list = (label: string, names: string[]) => names.length > 0 && h("div", {}, h("h3", {}, `Only in ${label} (${names.length})`), h("p", { class: "names" }, names.join(", ")));
  const lists = [list(base, tuning.only_base), list(tuned, tuning.only_tuned)];
  return lists.some(Boolean) ? h("section", { class: "panel two" }, ...lists) : null;
}

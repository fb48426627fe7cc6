// One model in, its table of layers out: search, filter by state, choose columns, sort, open, download.
import { number, rows, type Column, type Model, type Report, type State } from "./data";
import { h } from "./dom";
import { layerAddress } from "./route";
import { csv, download } from "./save";
import { Table, inSight, type TableColumn } from "./table";
import { state } from "./verdict_view";
import { exact, short, STATES } from "./words";

/** Shown at first; the rest is one click away. */
export const FIRST = ["alpha", "alpha_stable", "D", "xmin", "num_pl_spikes", "log_spectral_norm", "stable_rank", "N", "M", "layer_type"];
const NAMES = ["name", "longname"];

interface Kept {
  words: string;
  states: Set<State>;
  all: boolean;
  order: number[];
}

/** What the reader chose, for as long as the page is open. */
const kept = new Map<number, Kept>();

function choice(model: Model, index: number): Kept {
  let found = kept.get(index);
  if (!found) kept.set(index, (found = { words: "", states: new Set(), all: false, order: rows(model) }));
  return found;
}

/** The rows in the order in which the reader last saw them. */
export function lastOrder(model: Model, index: number): number[] {
  return choice(model, index).order;
}

export function layersView(report: Report, index: number): HTMLElement {
  const model = report.models[index]!;
  const chosen = choice(model, index);
  const holder = h("div");
  const count = h("p", { class: "count", role: "status" });
  let table: Table<number>;
  const refilter = () => {
    const words = chosen.words.toLowerCase().split(/\s+/).filter(Boolean);
    table.filter((row) => {
      const name = model.names[row]!.toLowerCase();
      return words.every((word) => name.includes(word)) && (chosen.states.size === 0 || chosen.states.has(model.states[row]!));
    });
  };
  const rebuild = () => {
    table = new Table(rows(model), columns(report, model, chosen.all), {
      label: `Layers of ${model.label}`,
      address: (row) => layerAddress(model, index, row),
      ordered: (order) => {
        chosen.order = order;
        count.textContent = `${order.length} of ${model.names.length} layers`;
      },
    });
    inSight([table as unknown as Table<never>]);
    holder.replaceChildren(table.element);
    refilter();
  };
  rebuild();
  const all = h("button", { type: "button", class: "plain", "aria-pressed": String(chosen.all) }, "All columns");
  all.addEventListener("click", () => {
    chosen.all = !chosen.all;
    all.setAttribute("aria-pressed", String(chosen.all));
    rebuild();
  });
  const save = h("button", { type: "button", class: "plain", click: () => saveTable(report, model, table.rows()) }, "Download CSV");
  const tools = h("div", { class: "tools" }, search(chosen, refilter), stateFilter(model, chosen, refilter), h("span", { class: "push" }), all, save);
  return h("div", {}, h("h2", { class: "away" }, "Layers"), tools, count, holder);
}

function search(chosen: Kept, refilter: () => void): HTMLElement {
  const input = h("input", { type: "search", id: "search", placeholder: "Find layers", value: chosen.words, autocomplete: "off", spellcheck: "false" });
  input.addEventListener("input", () => {
    chosen.words = input.value;
    refilter();
  });
  return h("span", {}, h("label", { for: "search", class: "away" }, "Find layers by name"), input);
}

function stateFilter(model: Model, chosen: Kept, refilter: () => void): HTMLElement {
  const group = h("span", { role: "group", "aria-label": "Filter by state", class: "group" });
  for (const of of Object.keys(STATES) as State[]) {
    const count = model.states.filter((state) => state === of).length;
    if (count === 0) continue;
    const button = h("button", { type: "button", class: `chip ${of}`, "aria-pressed": String(chosen.states.has(of)) }, `${STATES[of]} ${count}`);
    button.addEventListener("click", () => {
      if (!chosen.states.delete(of)) chosen.states.add(of);
      button.setAttribute("aria-pressed", String(chosen.states.has(of)));
      refilter();
    });
    group.append(button);
  }
  return group;
}

function columns(report: Report, model: Model, all: boolean): TableColumn<number>[] {
  const own = report.columns.filter((column) => model.values[column.name] && !NAMES.includes(column.name) && column.name !== "verdict");
  const first = FIRST.flatMap((name) => own.find((column) => column.name === name) ?? []);
  const list = all ? own : first;
  const name: TableColumn<number> = { key: "name", title: "layer", value: (row) => model.names[row]!, show: (row) => h("span", { class: "name" }, model.names[row]) };
  const verdict: TableColumn<number> = { key: "state", title: "state", value: (row) => model.states[row]!, show: (row) => state(model, row) };
  return [name, verdict, ...list.map((column) => tableColumn(model, column))];
}

function tableColumn(model: Model, column: Column): TableColumn<number> {
  const values = model.values[column.name]!;
  const numeric = column.type === "float" || column.type === "integer";
  const failed = (row: number) => model.states[row] === "no-fit" && ["alpha", "xmin", "D", "sigma", "num_pl_spikes"].includes(column.name);
  return {
    key: column.name,
    title: column.name,
    hint: [column.meaning, column.reading].filter(Boolean).join(" – "),
    numeric,
    value: (row) => (numeric ? (failed(row) ? null : number(model, column.name, row)) : exact(values[row])),
    show: (row) => (numeric ? (failed(row) ? "–" : short(values[row] as number | null)) : exact(values[row])),
  };
}

function saveTable(report: Report, model: Model, order: number[]): void {
  const own = report.columns.filter((column) => model.values[column.name]);
  const lines = order.map((row) => own.map((column) => exact(model.values[column.name]![row])));
  download(`${model.label}.csv`, csv(own.map((column) => column.name), lines));
}

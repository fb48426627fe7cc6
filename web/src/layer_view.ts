// One layer in, all that is known of it out: its figures, and every number with its meaning.
import { alpha, number, type Model, type Report } from "./data";
import { h, prose } from "./dom";
import { FIRST, lastOrder } from "./layers_view";
import { address, layerAddress } from "./route";
import { copyButton } from "./save";
import { spectrumFigures } from "./spectrum";
import { state } from "./verdict_view";
import { exact, short, two } from "./words";

export function layerView(report: Report, index: number, row: number): HTMLElement {
  const model = report.models[index]!;
  const figures = spectrumFigures(report, model, row);
  return h(
    "article",
    { class: "layer" },
    steps(model, index, row),
    h("h2", { class: "layer-name", tabindex: -1 }, model.names[row], " ", state(model, row)),
    h("p", { class: "sentence" }, sentence(model, row)),
    figures.length > 0 ? h("div", { class: "two" }, ...figures) : h("p", { class: "caution" }, "This table carries no spectrum for this layer, so there is nothing to draw."),
    numbers(report, model, row),
  );
}

/** Back to the table, and to the neighbours in the order that it last had. */
function steps(model: Model, index: number, row: number): HTMLElement {
  const order = lastOrder(model, index);
  const at = order.indexOf(row);
  const link = (words: string, to: number | undefined, key: string) =>
    to === undefined || at < 0 ? h("span", { class: "no-step" }, words) : h("a", { href: layerAddress(model, index, to), "data-step": key }, words);
  return h(
    "nav",
    { class: "steps", "aria-label": "Between layers" },
    h("a", { href: address({ view: "layers", model: index }), "data-step": "up" }, "All layers"),
    h("span", { class: "push" }),
    link("Previous", order[at - 1], "previous"),
    link("Next", order[at + 1], "next"),
  );
}

function sentence(model: Model, row: number): string {
  const value = alpha(model, row);
  if (value === null) {
    const reason = model.values["reason"]?.[row];
    return `No power law was fitted${typeof reason === "string" && reason ? `: ${reason}` : ""}.`;
  }
  const [low, high, tail, all, distance] = ["alpha_ci_low", "alpha_ci_high", "num_pl_spikes", "num_evals", "D"].map((name) => number(model, name, row));
  const interval = low != null && high != null ? ` (95 % interval ${two(low)} to ${two(high)})` : "";
  const rests = tail != null ? `, from the largest ${tail}${all != null ? ` of ${all}` : ""} eigenvalues` : "";
  const fit = distance != null ? `, KS distance ${short(distance, 3)}` : "";
  const rival = number(model, "alpha_alt", row);
  const other = rival === null ? "" : ` A tail of another length fits as well, with alpha ${two(rival)}.`;
  return `Alpha ${two(value)}${interval}${rests}${fit}.${other}`;
}

function numbers(report: Report, model: Model, row: number): HTMLElement {
  const own = report.columns.filter((column) => model.values[column.name]?.[row] != null && model.values[column.name]![row] !== "");
  const rank = (name: string) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  own.sort((a, b) => rank(a.name) - rank(b.name));
  const line = (column: (typeof own)[number]) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, h("code", {}, column.name)),
      h("td", { class: "exact" }, exact(model.values[column.name]![row]), column.unit && h("span", { class: "unit" }, ` ${column.unit}`)),
      h("td", { class: "meaning" }, prose(column.meaning), column.reading && h("span", { class: "reading" }, " ", prose(`${column.reading}.`))),
    );
  const words = () => own.map((column) => `${column.name}\t${exact(model.values[column.name]![row])}`).join("\n");
  return h(
    "section",
    { class: "panel" },
    h("div", { class: "head" }, h("h3", {}, "Numbers"), copyButton("Copy all", words)),
    h("div", { class: "wide", tabindex: 0, role: "region", "aria-label": "Numbers of this layer" }, h("table", { class: "meanings" }, h("tbody", {}, ...own.map(line)))),
  );
}

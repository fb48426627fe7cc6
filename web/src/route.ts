// The address after `#` in, where the reader is out, and back: every view and layer has an address to share.
import type { Model, Report } from "./data";

export const VIEWS = ["changes", "compare", "verdict", "layers", "coverage", "about"] as const;
export type View = (typeof VIEWS)[number];

export interface Place {
  view: View;
  model: number;
  pair: number;
  /** Row of the open layer. */
  layer: number | null;
}

/** The views that this report has, the one that it opens with first. */
export function views(report: Report): View[] {
  return VIEWS.filter((view) => (view !== "changes" || report.tuning !== null) && (view !== "compare" || report.pairs.length > 0));
}

export function parse(hash: string, report: Report): Place {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  const index = (name: string, end: number) => {
    const value = Number(words.get(name) ?? 0);
    return Number.isInteger(value) && value >= 0 && value < end ? value : 0;
  };
  const model = index("model", report.models.length);
  const wanted = words.get("view") as View | null;
  const there = views(report);
  const view = wanted && there.includes(wanted) ? wanted : there[0]!;
  const layer = find(report.models[model], words);
  return { view: layer === null ? view : "layers", model, pair: index("pair", report.pairs.length), layer };
}

/** The row that `layer=` names; `row=` where several rows share the name. */
function find(model: Model | undefined, words: URLSearchParams): number | null {
  const name = words.get("layer");
  if (name === null || !model) return null;
  const row = Number(words.get("row") ?? -1);
  if (model.names[row] === name) return row;
  const first = model.names.indexOf(name);
  return first < 0 ? null : first;
}

/** The address of a view. */
export function address(place: Partial<Place> & { view: View }): string {
  const words = new URLSearchParams({ view: place.view });
  if (place.model) words.set("model", String(place.model));
  if (place.pair) words.set("pair", String(place.pair));
  return `#${words}`;
}

/** The address of a layer. */
export function layerAddress(model: Model, index: number, row: number): string {
  const name = model.names[row]!;
  const words = new URLSearchParams({ layer: name });
  if (index) words.set("model", String(index));
  if (model.names.indexOf(name) !== row) words.set("row", String(row));
  return `#${words}`;
}

// The JSON that the report embeds in, typed tables out. What it means is decided in Rust (crates/report/src/page_data.rs).

export type State = "well-trained" | "under-trained" | "over-trained" | "no-fit";
export type Value = number | string | boolean | null;

export interface Column {
  name: string;
  type: "integer" | "float" | "text" | "flag";
  unit: string;
  meaning: string;
  definition: string;
  reading: string;
  source: string;
}

export interface Role {
  role: string;
  layers: number;
  mean: number;
  median: number;
  above: number;
  below: number;
}

export interface Verdict {
  word: "enough-data" | "not-enough-data" | "uncertain" | "no-fit";
  sentence: string;
  layers: number;
  fitted: number;
  peak: number | null;
  mean: number | null;
  median: number | null;
  share_above: number;
  chance: number;
  above: { name: string }[];
  below: { name: string }[];
  unfitted: string[];
  roles: Role[];
}

export interface Curves {
  from: number;
  ratio: number;
  counts: number[];
  below: number;
  all: number;
  ranks: [number, number][];
  search: [number, number, number][];
  edge: number | null;
}

export interface Uncovered {
  name: string;
  dtype: string;
  shape: number[];
  reason: string;
  message: string;
}

export interface Model {
  label: string;
  path: string;
  format: string;
  files: { name: string; bytes: number; sha256: string | null }[];
  tensors: number;
  interrupted: boolean;
  options: [string, string][];
  verdict: Verdict;
  names: string[];
  roles: string[];
  blocks: (number | null)[];
  states: State[];
  values: Record<string, Value[]>;
  curves: (Curves | null)[];
  coverage: Uncovered[];
}

export interface Interval {
  estimate: number;
  low: number;
  high: number;
}

export interface Pair {
  first: number;
  second: number;
  statistic: string;
  word: string;
  sentence: string;
  difference: Interval | null;
  scale_difference: Interval | null;
  matched: [number, number][];
  only_first: number[];
  only_second: number[];
}

/** What training changed in one layer, W to W + ΔW. */
export interface Change {
  name: string;
  base_name: string;
  alpha_base: number | null;
  alpha_tuned: number | null;
  delta_alpha: number | null;
  frobenius: number | null;
  spectral: number | null;
  relative: number | null;
  rank: number | null;
  stable_rank: number | null;
  rank_90: number | null;
  new_spikes: number | null;
  reason: string;
  base_row: number;
  tuned_row: number;
  change_row: number;
}

/** A model held against the one that it was trained from: indices of models, and a line a layer. */
export interface Tuning {
  base: number;
  tuned: number;
  change: number;
  sentence: string;
  layers: Change[];
  only_base: string[];
  only_tuned: string[];
}

export interface Report {
  schema: number;
  heavytail: string;
  command: string;
  band: [number, number];
  tolerated_share: number;
  columns: Column[];
  models: Model[];
  pairs: Pair[];
  tuning: Tuning | null;
}

/** The report that this page carries. */
export function read(text: string): Report {
  const report = JSON.parse(text) as Report;
  const floats = report.columns.filter((column) => column.type === "float");
  for (const model of report.models) {
    for (const column of floats) {
      // NaN and the infinities travel as strings, which JSON can hold.
      const values = model.values[column.name];
      if (values) model.values[column.name] = values.map((value) => (typeof value === "string" ? Number(value) : value));
    }
  }
  return report;
}

/** The finite number in a column, or null. */
export function number(model: Model, column: string, row: number): number | null {
  const value = model.values[column]?.[row];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** Alpha of a row whose fit succeeded. */
export function alpha(model: Model, row: number): number | null {
  return model.states[row] === "no-fit" ? null : number(model, "alpha", row);
}

/** All rows of a model. */
export function rows(model: Model): number[] {
  return model.names.map((_, row) => row);
}

/** The numbers of a column over the layers with a fit. */
export function fitted(model: Model, column: string): number[] {
  return rows(model).flatMap((row) => {
    const value = model.states[row] === "no-fit" ? null : number(model, column, row);
    return value === null ? [] : [value];
  });
}

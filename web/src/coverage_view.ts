// One model in, what was not analysed and why out: every tensor of the checkpoint is either a layer or listed here.
import { rows, type Model, type Report, type Uncovered } from "./data";
import { facts, h } from "./dom";
import { Table, inSight, type TableColumn } from "./table";

export function coverageView(report: Report, index: number): HTMLElement {
  const model = report.models[index]!;
  const all = [...unfitted(model), ...model.coverage];
  const counts = new Map<string, number>();
  for (const { reason } of all) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const entries = [...counts].sort((a, b) => b[1] - a[1]).map(([reason, count]): [string, string] => [reason.replaceAll("_", " "), String(count)]);
  const word = (key: keyof Uncovered, title: string): TableColumn<Uncovered> => ({ key, title, value: (one) => String(one[key]), show: (one) => h("span", { class: "name" }, String(one[key])) });
  const shape: TableColumn<Uncovered> = { key: "shape", title: "shape", numeric: true, value: (one) => one.shape.reduce((a, b) => a * b, 1), show: (one) => one.shape.join(" × ") };
  const columns = [word("name", "tensor or layer"), word("reason", "reason"), shape, word("dtype", "type"), word("message", "why")];
  const table = new Table(all, columns, { label: "Not analysed" });
  inSight([table as unknown as Table<never>]);
  const tensors = model.tensors > 0 ? ` The checkpoint has ${model.tensors} tensors.` : "";
  return h(
    "div",
    {},
    h("h2", {}, "What was not analysed, and why"),
    h("p", { class: "sentence" }, `${model.names.length} layers have a row.${tensors} ${all.length === 0 ? "Nothing was left out." : `${all.length} have no alpha:`}`),
    all.length > 0 && facts(entries, "facts numbers"),
    all.length > 0 && table.element,
  );
}

/** Layers that have a row and no fit. */
function unfitted(model: Model): Uncovered[] {
  return rows(model)
    .filter((row) => model.states[row] === "no-fit")
    .map((row) => {
      const [n, m] = [model.values["N"]?.[row], model.values["M"]?.[row]];
      return {
        name: model.names[row]!,
        dtype: String(model.values["dtype"]?.[row] ?? ""),
        shape: [n, m].filter((side) => typeof side === "number"),
        reason: "no_fit",
        message: String(model.values["reason"]?.[row] ?? ""),
      };
    });
}

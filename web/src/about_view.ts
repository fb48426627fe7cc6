// One model in, how its numbers came about out: the command, versions, options, files, and what every column means.
import type { Report } from "./data";
import { facts, h, prose } from "./dom";
import { inSight } from "./table";
import { copyButton } from "./save";
import { bytes } from "./words";

export function aboutView(report: Report, index: number): HTMLElement {
  const model = report.models[index]!;
  inSight([]);
  const files = model.files.map((file) =>
    h("tr", {}, h("th", { scope: "row" }, file.name), h("td", { class: "numeric" }, bytes(file.bytes)), h("td", {}, h("code", { class: "hash" }, file.sha256 ?? "not computed"))),
  );
  const options = model.options.map(([name, value]): [string, string] => [name, value]);
  return h(
    "div",
    { class: "about" },
    h("section", { class: "panel" }, h("div", { class: "head" }, h("h2", {}, "Made by"), copyButton("Copy", () => report.command)), h("pre", { tabindex: 0 }, h("code", {}, report.command)), facts([["heavytail", report.heavytail], ["model", model.path], ["format", model.format], ["tensors", String(model.tensors)]])),
    files.length > 0 && h("section", { class: "panel" }, h("h2", {}, "Files"), h("div", { class: "wide", tabindex: 0, role: "region", "aria-label": "Files" }, h("table", { class: "small" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "file"), h("th", { scope: "col", class: "numeric" }, "size"), h("th", { scope: "col" }, "SHA-256"))), h("tbody", {}, ...files)))),
    options.length > 0 && h("section", { class: "panel" }, h("h2", {}, "Options"), facts(options)),
    columns(report),
    h("p", { class: "fine" }, "This page asks nothing of any server. Axes by d3-scale (ISC licence, Mike Bostock)."),
  );
}

function columns(report: Report): HTMLElement {
  const entry = (column: Report["columns"][number]) =>
    h(
      "div",
      {},
      h("dt", {}, h("code", {}, column.name), column.unit && h("span", { class: "unit" }, ` ${column.unit}`)),
      h("dd", {}, prose(column.meaning), column.reading && h("span", { class: "reading" }, " ", prose(`${column.reading}.`)), h("span", { class: "definition" }, prose(column.definition)), h("span", { class: "origin" }, column.source)),
    );
  return h("section", { class: "panel" }, h("h2", {}, "What every number means"), h("dl", { class: "glossary" }, ...report.columns.map(entry)));
}

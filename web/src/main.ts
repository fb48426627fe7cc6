// The report that the page carries in, the view that its address names out.
import { aboutView } from "./about_view";
import { changesView } from "./changes_view";
import { compareView } from "./compare_view";
import { coverageView } from "./coverage_view";
import { read, type Report } from "./data";
import { h } from "./dom";
import { layerView } from "./layer_view";
import { layersView } from "./layers_view";
import { address, parse, views, type Place, type View } from "./route";
import { themeButton } from "./theme";
import { verdictView } from "./verdict_view";

const TITLES: Record<View, string> = { changes: "Changes", verdict: "Verdict", layers: "Layers", compare: "Compare", coverage: "Coverage", about: "About" };

function view(report: Report, place: Place): HTMLElement {
  if (place.layer !== null) return layerView(report, place.model, place.layer);
  switch (place.view) {
    case "changes":
      return changesView(report, report.tuning!);
    case "layers":
      return layersView(report, place.model);
    case "compare":
      return compareView(report, place.pair);
    case "coverage":
      return coverageView(report, place.model);
    case "about":
      return aboutView(report, place.model);
    default:
      return verdictView(report, place.model);
  }
}

function navigation(report: Report, place: Place): HTMLElement {
  const link = (name: View) => h("a", { href: address({ ...place, view: name }), ...(name === place.view ? { "aria-current": "page" } : {}) }, TITLES[name]);
  return h("nav", { class: "views", "aria-label": "Views" }, ...views(report).map(link));
}

function models(report: Report, place: Place): HTMLElement | null {
  if (report.models.length < 2 || place.view === "compare" || place.view === "changes") return null;
  const select = h("select", { id: "model" });
  report.models.forEach((model, index) => select.append(h("option", { value: index, selected: index === place.model }, model.label)));
  select.addEventListener("change", () => (location.hash = address({ view: place.view, model: Number(select.value) })));
  return h("span", { class: "choose" }, h("label", { for: "model" }, "Model"), select);
}

function show(report: Report, moved: boolean): void {
  const place = parse(location.hash, report);
  const labels = report.models.map((model) => model.label);
  document.title = `${place.layer === null ? TITLES[place.view] : report.models[place.model]!.names[place.layer]} – ${labels.join(", ")} – heavytail`;
  const main = h("main", { id: "main", tabindex: -1 }, report.models.length > 0 ? view(report, place) : h("p", {}, "This report has no model."));
  const title = h("h1", {}, place.view === "changes" ? labels[report.tuning!.tuned]! : place.view === "compare" ? labels.slice(0, report.tuning ? 2 : undefined).join(" · ") : (labels[place.model] ?? "heavytail"));
  const header = h("header", {}, h("div", { class: "masthead" }, h("span", { class: "brand" }, "heavytail"), title, models(report, place), themeButton()), navigation(report, place));
  const skip = h("a", { class: "skip", href: "#main" }, "Skip to the content");
  skip.addEventListener("click", (event) => {
    event.preventDefault();
    main.focus();
  });
  document.getElementById("page")!.replaceChildren(skip, header, main);
  if (!moved) return;
  // A new view is a new page to those who hear it.
  (main.querySelector<HTMLElement>(".layer-name") ?? main).focus({ preventScroll: true });
  scrollTo(0, 0);
}

function keys(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || (event.target as HTMLElement).matches("input, select, textarea, .scroller *")) return;
  const step = { Escape: "up", ArrowLeft: "previous", ArrowRight: "next" }[event.key];
  if (step) document.querySelector<HTMLAnchorElement>(`[data-step="${step}"]`)?.click();
}

const report = read(document.getElementById("data")!.textContent!);
show(report, false);
addEventListener("hashchange", () => show(report, true));
addEventListener("keydown", keys);

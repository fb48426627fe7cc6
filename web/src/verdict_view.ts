// One model in, the answer out: the sentence, the histogram of alphas, the layers at fault, alpha by role and depth.
import { fitted, alpha, number, rows, type Model, type Report } from "./data";
import { facts, h } from "./dom";
import { flow, roles } from "./flow";
import { histogram } from "./histogram";
import { layerAddress } from "./route";
import { percent, plural, short, STATES, two, WORDS } from "./words";

export function verdictView(report: Report, index: number): HTMLElement {
  const model = report.models[index]!;
  const verdict = model.verdict;
  if (index === report.tuning?.change) {
    const words = "ΔW is what training added, not a trained layer: its alphas tell the shape of the change, and nothing about how much data there was.";
    return h("div", {}, h("div", { class: "answer" }, h("p", { class: "word" }, "The change"), h("p", { class: "sentence" }, words)), h("div", { class: "two" }, alphas(report, model), roles(report, index)));
  }
  const head = h(
    "div",
    { class: `answer ${verdict.word}` },
    h("p", { class: "word" }, WORDS[verdict.word]),
    h("p", { class: "sentence" }, untitled(verdict.sentence, WORDS[verdict.word])),
    model.interrupted && h("p", { class: "warning" }, "The analysis was interrupted: not all layers are here."),
  );
  const numbers = facts(
    [
      ["layers with a fit", `${verdict.fitted} of ${verdict.layers}`],
      ["mean alpha", two(verdict.mean)],
      ["median", two(verdict.median)],
      ["densest at", two(verdict.peak)],
      ["above 6", `${verdict.above.length} (${percent(verdict.share_above)})`],
      ["below 2", String(verdict.below.length)],
    ],
    "facts numbers",
  );
  if (verdict.fitted === 0) return h("div", {}, head, numbers);
  return h(
    "div",
    {},
    head,
    numbers,
    h("div", { class: "two" }, alphas(report, model), roles(report, index)),
    h("div", { class: "two" }, flow(report, [{ index, name: "own" }]), worst(report, model, index)),
    caution(model),
  );
}

/** The sentence without the word that stands above it. */
function untitled(sentence: string, word: string): string {
  if (!sentence.startsWith(`${word}: `)) return sentence;
  const rest = sentence.slice(word.length + 2);
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}

function alphas(report: Report, model: Model): HTMLElement {
  const values = fitted(model, "alpha");
  const [low, high] = report.band;
  return histogram([{ label: "alpha", values, name: "own" }], {
    title: "Alphas of the layers",
    axis: "alpha; shaded: well-trained, 2 to 6",
    width: 0.5,
    band: report.band,
    cap: 15,
    bar: (middle) => (middle > high ? "under-trained" : middle < low ? "over-trained" : "well-trained"),
    ...(model.verdict.peak === null ? {} : { mark: [model.verdict.peak, "densest"] as [number, string] }),
  });
}

const SHOWN = 10;

function worst(report: Report, model: Model, index: number): HTMLElement {
  const [low, high] = report.band;
  const outside = rows(model).flatMap((row) => {
    const value = alpha(model, row);
    if (value === null || (value >= low && value <= high)) return [];
    // In ratios: 1.5 is as far below 2 as 8 is above 6.
    return [{ row, value, far: value > high ? value / high : low / value }];
  });
  outside.sort((a, b) => Number(b.value > high) - Number(a.value > high) || b.far - a.far);
  const caption = outside.length === 0 ? "No layer outside the band" : `Layers outside the band${outside.length > SHOWN ? ` (${SHOWN} of ${outside.length})` : ""}`;
  const line = ({ row, value }: { row: number; value: number }) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, h("a", { href: layerAddress(model, index, row) }, model.names[row])),
      h("td", { class: "numeric" }, two(value)),
      h("td", { class: "numeric" }, short(number(model, "num_pl_spikes", row))),
      h("td", {}, state(model, row)),
    );
  const head = h("tr", {}, ...["layer", "alpha", "tail", "state"].map((word, place) => h("th", { scope: "col", class: place === 1 || place === 2 ? "numeric" : "" }, word)));
  return h(
    "section",
    { class: "panel" },
    h("h2", {}, caption),
    outside.length > 0 && h("div", { class: "wide", tabindex: 0, role: "region", "aria-label": caption }, h("table", { class: "small" }, h("thead", {}, head), h("tbody", {}, ...outside.slice(0, SHOWN).map(line)))),
  );
}

export function state(model: Model, row: number): HTMLElement {
  const of = model.states[row]!;
  // The interval of its alpha reaches over 2 or 6.
  const unsure = model.values["verdict"]?.[row] === "uncertain" ? ", uncertain" : "";
  return h("span", { class: `state ${of}` }, STATES[of] + unsure);
}

/** What the alphas of this table can't tell. */
function caution(model: Model): HTMLElement | null {
  const all = rows(model).filter((row) => model.states[row] !== "no-fit");
  const thin = all.filter((row) => (number(model, "num_pl_spikes", row) ?? 99) < 20).length;
  const rival = all.filter((row) => model.values["ambiguous"]?.[row] === true).length;
  const words = [
    thin > 0 && `${plural(thin, "alpha")} of ${all.length} ${thin === 1 ? "rests" : "rest"} on fewer than 20 eigenvalues.`,
    rival > 0 && `For ${plural(rival, "layer")} a tail of another length fits as well: read alpha_stable there.`,
  ].filter((sentence) => sentence !== false);
  return words.length > 0 ? h("p", { class: "caution" }, h("strong", {}, "With care. "), words.join(" ")) : null;
}

// Rows and columns in, a table that sorts, filters and holds any number of rows out: only the rows in sight are in the
// document, so that 2,000 layers scroll as 20 do.
import { h, type Child } from "./dom";

export interface TableColumn<Row> {
  key: string;
  title: string;
  hint?: string;
  numeric?: boolean;
  /** What it sorts by; null sorts last either way. */
  value: (row: Row) => number | string | null;
  show: (row: Row) => Child;
}

export interface TableOptions<Row> {
  label: string;
  sort?: { key: string; descending: boolean };
  /** Where Enter on a row, or a click on it, leads. */
  address?: (row: Row) => string;
  /** Told of every new order. */
  ordered?: (rows: Row[]) => void;
}

const ROW = 34;
const SPARE = 8;

export class Table<Row> {
  readonly element: HTMLElement;
  private shown: Row[];
  private readonly body = h("tbody");
  private readonly heads = new Map<string, HTMLElement>();
  private readonly table: HTMLTableElement;
  private sort: { key: string; descending: boolean } | undefined;
  private keep: (row: Row) => boolean = () => true;
  private first = -1;
  private whole = false;
  private focus = -1;

  constructor(
    private readonly all: Row[],
    private readonly columns: TableColumn<Row>[],
    private readonly options: TableOptions<Row>,
  ) {
    this.shown = all;
    this.sort = options.sort;
    const head = h("thead", {}, h("tr", { "aria-rowindex": 1 }, ...columns.map((column) => this.head(column))));
    this.table = h("table", { class: "grid-table", "aria-label": options.label }, head, this.body);
    this.element = h("div", { class: "scroller", tabindex: 0, role: "region", "aria-label": options.label }, this.table);
    this.element.addEventListener("scroll", () => this.draw(false));
    this.element.addEventListener("keydown", (event) => this.key(event));
    this.order();
    let drawn = -1;
    new ResizeObserver(() => {
      if (this.element.clientHeight === drawn) return;
      this.draw(true);
      drawn = this.element.clientHeight;
    }).observe(this.element);
  }

  /** The rows in the order shown. */
  rows(): Row[] {
    return this.shown;
  }

  filter(keep: (row: Row) => boolean): void {
    this.keep = keep;
    this.element.scrollTop = 0;
    this.order();
  }

  /** Paper does not scroll. */
  print(whole: boolean): void {
    this.whole = whole;
    this.draw(true);
  }

  private head(column: TableColumn<Row>): HTMLElement {
    const button = h("button", { type: "button", title: column.hint, click: () => this.sortBy(column) }, column.title);
    const cell = h("th", { scope: "col", class: column.numeric ? "numeric" : "words" }, button);
    this.heads.set(column.key, cell);
    return cell;
  }

  private sortBy(column: TableColumn<Row>): void {
    const same = this.sort?.key === column.key;
    this.sort = { key: column.key, descending: same ? !this.sort!.descending : column.numeric === true };
    this.element.scrollTop = 0;
    this.order();
  }

  private order(): void {
    const rows = this.all.filter(this.keep);
    const column = this.columns.find(({ key }) => key === this.sort?.key);
    if (column) {
      const sign = this.sort!.descending ? -1 : 1;
      const keyed = rows.map((row, index) => ({ row, index, value: column.value(row) }));
      keyed.sort((a, b) => compare(a.value, b.value, sign) || a.index - b.index);
      this.shown = keyed.map(({ row }) => row);
    } else {
      this.shown = rows;
    }
    for (const [key, cell] of this.heads) {
      if (key === this.sort?.key) cell.setAttribute("aria-sort", this.sort.descending ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    }
    this.table.setAttribute("aria-rowcount", String(this.shown.length + 1));
    this.focus = -1;
    this.draw(true);
    this.options.ordered?.(this.shown);
  }

  private draw(anyway: boolean): void {
    // Drawn once it is in the document and its height is known.
    if (!this.element.isConnected) return;
    const height = this.element.clientHeight || 600;
    const first = this.whole ? 0 : Math.max(0, Math.floor(this.element.scrollTop / ROW) - SPARE);
    if (!anyway && Math.abs(first - this.first) < SPARE / 2) return;
    this.first = first;
    const last = this.whole ? this.shown.length : Math.min(this.shown.length, first + Math.ceil(height / ROW) + 2 * SPARE);
    const lines: HTMLElement[] = [];
    if (first > 0) lines.push(this.space(first));
    for (let index = first; index < last; index++) lines.push(this.line(index));
    if (last < this.shown.length) lines.push(this.space(this.shown.length - last));
    if (this.shown.length === 0) lines.push(h("tr", { class: "none" }, h("td", { colspan: this.columns.length }, "No row.")));
    this.body.replaceChildren(...lines);
    if (this.focus >= first && this.focus < last) this.link(this.focus)?.focus({ preventScroll: true });
  }

  /** An empty stretch as high as the rows that are not drawn, kept even so that stripes stay. */
  private space(rows: number): HTMLElement {
    const cell = h("td", { colspan: this.columns.length });
    cell.style.height = `${rows * ROW}px`;
    return h("tr", { class: "space", "aria-hidden": "true" }, cell);
  }

  private line(index: number): HTMLElement {
    const row = this.shown[index]!;
    const address = this.options.address?.(row);
    const cells = this.columns.map((column, place) => {
      const content = column.show(row);
      const inside = place === 0 && address ? h("a", { href: address, "data-index": index }, content) : content;
      return h(place === 0 ? "th" : "td", { class: column.numeric ? "numeric" : "words", ...(place === 0 ? { scope: "row" } : {}) }, inside);
    });
    const line = h("tr", { "aria-rowindex": index + 2 }, ...cells);
    if (address) {
      line.classList.add("opens");
      line.addEventListener("click", () => {
        // Selecting a number to copy it must not leave the table.
        if (String(getSelection() ?? "") === "") location.hash = address;
      });
    }
    return line;
  }

  private link(index: number): HTMLElement | null {
    return this.body.querySelector(`a[data-index="${index}"]`);
  }

  private key(event: KeyboardEvent): void {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -1e9, End: 1e9 };
    const step = steps[event.key];
    const active = document.activeElement as HTMLElement | null;
    const at = active?.dataset.index;
    if (step === undefined || (at === undefined && active !== this.element) || !this.options.address) return;
    event.preventDefault();
    const from = at === undefined ? this.first - step : Number(at);
    this.focus = Math.min(this.shown.length - 1, Math.max(0, from + step));
    this.reveal(this.focus);
    this.draw(true);
  }

  private reveal(index: number): void {
    const [top, height] = [index * ROW, this.element.clientHeight - 2 * ROW];
    if (top < this.element.scrollTop) this.element.scrollTop = top;
    else if (top > this.element.scrollTop + height) this.element.scrollTop = top - height;
  }
}

function compare(a: number | string | null, b: number | string | null, sign: number): number {
  const [noA, noB] = [a === null || Number.isNaN(a), b === null || Number.isNaN(b)];
  if (noA || noB) return Number(noA) - Number(noB);
  if (typeof a === "number" && typeof b === "number") return sign * (a - b);
  return sign * String(a).localeCompare(String(b), "en", { numeric: true });
}

let current: Table<never>[] = [];

/** Remembers the tables in sight, which print whole. */
export function inSight(tables: Table<never>[]): void {
  current = tables;
}

addEventListener("beforeprint", () => current.forEach((table) => table.print(true)));
addEventListener("afterprint", () => current.forEach((table) => table.print(false)));

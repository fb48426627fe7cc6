// Tags, attributes and children in, elements out. Children that are strings become text nodes: no name of a layer
// or a model is ever read as HTML.

export type Child = Node | string | number | null | undefined | false;
type Attribute = string | number | boolean | undefined | ((event: never) => void);
export type Attributes = Record<string, Attribute>;

const SVG = "http://www.w3.org/2000/svg";

function dress<E extends Element>(element: E, attributes: Attributes, children: Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value as unknown as EventListener);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

/** An HTML element; an attribute that is a function is a listener of the event of its name. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  return dress(document.createElement(tag), attributes, children);
}

/** An SVG element. */
export function s<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  return dress(document.createElementNS(SVG, tag), attributes, children);
}

/** A paragraph-like run of facts: `dt`/`dd` pairs. */
export function facts(entries: [string, Child][], name = "facts"): HTMLElement {
  return h("dl", { class: name }, ...entries.map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, value))));
}

/** Text whose words between backticks are code. */
export function prose(text: string): HTMLElement {
  return h("span", {}, ...text.split("`").map((part, place) => (place % 2 === 1 ? h("code", {}, part) : part)));
}

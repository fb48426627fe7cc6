// Points of a figure in, a word beside the one nearest to the pointer out; a click follows its address.
import { s } from "./dom";
import type { Canvas } from "./chart";

export interface Spot {
  x: number;
  y: number;
  words: () => string;
  address?: () => string;
}

/** How far the pointer may be from a point that it means. */
const REACH = 28;

export function hover(canvas: Canvas, spots: Spot[]): void {
  const ring = s("circle", { class: "ring", r: 6, visibility: "hidden" });
  const words = s("text", { class: "hint" });
  canvas.svg.append(ring, words);
  let near: Spot | null = null;
  const show = (event: PointerEvent) => {
    const box = canvas.svg.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    near = nearest(spots, x, y);
    canvas.svg.classList.toggle("pointing", near?.address !== undefined);
    ring.setAttribute("visibility", near ? "visible" : "hidden");
    words.textContent = near ? near.words() : "";
    if (!near) return;
    ring.setAttribute("cx", String(near.x));
    ring.setAttribute("cy", String(near.y));
    const half = words.getComputedTextLength() / 2;
    words.setAttribute("x", String(Math.min(Math.max(near.x, half + 2), canvas.width - half - 2)));
    words.setAttribute("y", String(near.y > 34 ? near.y - 12 : near.y + 22));
  };
  canvas.svg.addEventListener("pointermove", show);
  canvas.svg.addEventListener("pointerdown", show);
  canvas.svg.addEventListener("pointerleave", () => {
    near = null;
    words.textContent = "";
    ring.setAttribute("visibility", "hidden");
  });
  canvas.svg.addEventListener("click", () => {
    if (near?.address) location.hash = near.address();
  });
}

function nearest(spots: Spot[], x: number, y: number): Spot | null {
  let best: Spot | null = null;
  let least = REACH * REACH;
  for (const spot of spots) {
    const distance = (spot.x - x) ** 2 + (spot.y - y) ** 2;
    if (distance < least) [best, least] = [spot, distance];
  }
  return best;
}

// The reader's wish for light or dark in, the page's colours out; without a wish the system decides.
import { h } from "./dom";

const KEY = "heavytail-theme";

function wished(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    // Some browsers give files no storage.
    return null;
  }
}

function dark(): boolean {
  const set = document.documentElement.dataset.theme;
  return set ? set === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

export function themeButton(): HTMLElement {
  const words = () => (dark() ? "Light" : "Dark");
  const button = h("button", { type: "button", class: "plain theme" }, words());
  button.addEventListener("click", () => {
    const next = dark() ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // Then the wish lasts as long as the page is open.
    }
    button.textContent = words();
  });
  return button;
}

const wish = wished();
if (wish) document.documentElement.dataset.theme = wish;

// Rows of text in, a CSV file in the reader's downloads, or words on the clipboard, out. Nothing leaves the page.
import { h } from "./dom";

export function csv(head: string[], rows: string[][]): string {
  const cell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return [head, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

export function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  h("a", { href: url, download: name.replace(/[^A-Za-z0-9._-]+/g, "-") }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A button that copies words and says so. */
export function copyButton(label: string, words: () => string): HTMLElement {
  const button = h("button", { type: "button", class: "plain" }, label);
  button.addEventListener("click", async () => {
    const copied = await copy(words());
    button.textContent = copied ? "Copied" : "Copying is not allowed here";
    setTimeout(() => (button.textContent = label), 1600);
  });
  return button;
}

async function copy(words: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(words);
    return true;
  } catch {
    // Browsers that give files no clipboard still know the older way.
    const area = h("textarea", { "aria-hidden": "true", class: "away" });
    area.value = words;
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    return copied;
  }
}

// axe-core finds no serious violation of WCAG 2.2 AA in any view, light or dark.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { open } from "./browser.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PLACES = [
  ["pair.html", "#view=compare"],
  ["tuned.html", "#view=changes"],
  ["one.html", "#view=verdict"],
  ["one.html", "#view=layers"],
  ["one.html", "#layer=h.8.attn.c_proj"],
  ["hostile.html", "#view=coverage"],
  ["one.html", "#view=about"],
];

for (const colorScheme of ["light", "dark"]) {
  test(`no view in ${colorScheme} has a serious violation`, async () => {
    for (const [name, hash] of PLACES) {
      const look = async (page) => {
        await page.evaluate(AXE);
        const { violations } = await page.evaluate(() => axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"] }));
        const found = violations.map(({ id, impact, nodes }) => `${hash} ${impact} ${id}: ${nodes[0].html.slice(0, 160)}`);
        assert.deepEqual(found, []);
      };
      await open(name, hash, look, { colorScheme });
    }
  });
}

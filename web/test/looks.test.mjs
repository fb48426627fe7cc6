// The page looks as it did: screenshots at half size against those kept in looks/, by tolerance.
// UPDATE_LOOKS=1 keeps what it sees.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import pixelmatch from "pixelmatch";
import { PNG } from "pngjs";
import { open } from "./browser.mjs";

const KEPT = fileURLToPath(new URL("looks/", import.meta.url));
/** Fonts differ from one machine to the next; a figure that is missing or a colour that changed is more than this. */
const TOLERATED = 0.05;
const LOOKS = [
  ["verdict", "one.html", "#view=verdict", { viewport: { width: 1280, height: 1000 } }],
  ["compare-dark", "pair.html", "", { viewport: { width: 1280, height: 1000 }, colorScheme: "dark" }],
  ["layer-phone", "one.html", "#layer=h.8.attn.c_proj", { viewport: { width: 380, height: 1000 } }],
];

for (const [name, file, hash, options] of LOOKS) {
  test(`${name} looks as it did`, () =>
    open(
      file,
      hash,
      async (page) => {
        await page.waitForTimeout(100);
        const seen = await page.screenshot();
        const kept = `${KEPT}${name}.png`;
        if (process.env.UPDATE_LOOKS || !existsSync(kept)) {
          mkdirSync(KEPT, { recursive: true });
          writeFileSync(kept, seen);
          return;
        }
        const [a, b] = [PNG.sync.read(seen), PNG.sync.read(readFileSync(kept))];
        assert.deepEqual([a.width, a.height], [b.width, b.height]);
        const different = pixelmatch(a.data, b.data, null, a.width, a.height, { threshold: 0.25 });
        const share = different / (a.width * a.height);
        assert.ok(share < TOLERATED, `${(100 * share).toFixed(1)} % of the pixels differ`);
      },
      { ...options, deviceScaleFactor: 0.5 },
    ));
}

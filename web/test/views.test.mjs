// Every view opens from a file, says what its model says, and fits a phone.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { column, figures, open, path } from "./browser.mjs";

const VIEWS = ["verdict", "layers", "compare", "coverage", "about"];

test("the verdict names the word, the sentence and the layers at fault", () =>
  open("one.html", "", async (page) => {
    assert.equal(await page.locator(".word").innerText(), "Not enough data");
    assert.match(await page.locator(".sentence").innerText(), /all of role h\.\*\.attn\.c_proj, blocks 3, 6–10/);
    assert.equal(await page.locator("section.panel tbody tr").count(), 6);
    await figures(page, 3);
    assert.match(await page.title(), /^Verdict – planted/);
  }));

test("a comparison opens on what sets the models apart", () =>
  open("pair.html", "", async (page) => {
    assert.equal(await page.locator(".word").innerText(), "starved had less data");
    assert.equal((await column(page, 1))[0], "h.8.attn.c_proj");
    await figures(page, 4);
    await page.getByRole("link", { name: "fed" }).click();
    await page.locator("h1", { hasText: /^fed$/ }).waitFor();
    await page.locator("#model").selectOption("0");
    await page.locator("h1", { hasText: /^starved$/ }).waitFor();
  }));

test("of three models every pair can be chosen", () =>
  open("three.html", "", async (page) => {
    await page.locator("#pair").selectOption({ label: "fed and half as deep" });
    await page.getByText("Only in fed (24)").waitFor();
  }));

test("coverage lists what has no alpha, and about how the numbers came about", () =>
  open("one.html", "#view=coverage", async (page) => {
    assert.deepEqual(await column(page, 2), ["norm", "bias", "too_few_eigenvalues"]);
    await page.getByRole("link", { name: "About" }).click();
    await page.getByText("248dfc3911869ec4").waitFor();
    await page.locator("dt", { hasText: "min-evals" }).waitFor();
    await page.locator("dt", { hasText: "alpha_stable_spread" }).waitFor();
  }));

test("tables without curves and without rows are told, not drawn", async () => {
  await open("table.html", "#layer=wte", (page) => page.getByText("carries no spectrum").waitFor());
  await open("empty.html", "", (page) => page.getByText("the table has no layer").waitFor());
  for (const view of VIEWS) await open("empty.html", `#view=${view}`, async () => {});
});

test("every view fits 380 pixels and 4k, in light and dark", async () => {
  for (const [width, colorScheme] of [[380, "light"], [380, "dark"], [3840, "light"]]) {
    for (const hash of ["#view=changes", ...VIEWS.map((view) => `#view=${view}`), "#layer=h.8.attn.c_proj"]) {
      const fits = async (page) => {
        await page.waitForTimeout(30);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `${hash} is ${wide} wide at ${width}`);
        const title = await page.locator("h1").evaluate((element) => element.clientHeight);
        assert.ok(title < 100, `the title of ${hash} is ${title} high at ${width}`);
      };
      await open(hash === "#view=changes" ? "tuned.html" : "pair.html", hash, fits, { viewport: { width, height: 800 }, colorScheme });
    }
  }
});

test("dark is the system's wish, and the reader's", () =>
  open(
    "one.html",
    "",
    async (page) => {
      const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      assert.equal(await paper(), "rgb(22, 23, 26)");
      await page.getByRole("button", { name: "Light" }).click();
      assert.equal(await paper(), "rgb(252, 251, 248)");
    },
    { colorScheme: "dark" },
  ));

test("a page prints whole, its tables too", () =>
  open("one.html", "#view=layers", async (page) => {
    await page.evaluate(() => {
      addEventListener("beforeprint", () => (document.title = `rows ${document.querySelectorAll(".grid-table tbody tr:not(.space)").length}`));
    });
    const pdf = await page.pdf({ format: "A4" });
    assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
    assert.equal(await page.title(), "rows 50");
    for (const hash of ["#view=verdict", "#layer=wte", "#view=about"]) {
      await page.evaluate((to) => (location.hash = to), hash);
      assert.ok((await page.pdf({ format: "A4" })).length > 10_000, hash);
    }
  }));

test("sizes stay within what can be mailed", () => {
  const size = (name) => readFileSync(path(name)).length;
  assert.ok(size("one.html") <= 1e6, `${size("one.html")}`);
  assert.ok(size("2000.html") <= 12e6, `${size("2000.html")}`);
});

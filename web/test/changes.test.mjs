// A tuned model's page opens on what the training changed; every line leads to the spectrum of ΔW.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { column, figures, open } from "./browser.mjs";

test("the changes come first, sort, and lead to the spectrum of the change", () =>
  open("tuned.html", "", async (page) => {
    assert.equal(await page.locator(".word").innerText(), "50 layers changed");
    await figures(page, 2);
    assert.equal((await column(page, 1))[0], "wte");
    await page.getByRole("columnheader", { name: "Δ alpha" }).getByRole("button").click();
    const moved = (await column(page, 4)).map((text) => Number(text.replace("−", "-")));
    assert.deepEqual(moved, [...moved].sort((a, b) => b - a));
    assert.equal((await column(page, 1))[0], "h.8.attn.c_proj");
    await page.getByText("Only in base (1)").waitFor();
    await page.locator("tr.opens", { hasText: "h.8.attn.c_proj" }).locator("td").nth(1).click();
    await page.locator("h2", { hasText: "h.8.attn.c_proj" }).waitFor();
    assert.equal(await page.locator("h1").innerText(), "tuned − base");
    await figures(page, 4);
  }));

test("the download holds every number with all its digits", () =>
  open("tuned.html", "#view=changes", async (page) => {
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download CSV" }).click()]);
    const lines = readFileSync(await download.path(), "utf8").trim().split("\r\n");
    assert.equal(lines.length, 51);
    assert.match(lines[0], /^layer,name in base,alpha_base,alpha_tuned,delta_alpha,frobenius,relative,spectral,rank,rank_90,new_spikes,reason$/);
    assert.match(lines[1].split(",")[5], /^\d+\.\d{10,}$/);
  }));

test("a change is told no verdict", () =>
  open("tuned.html", "#view=verdict&model=2", async (page) => {
    assert.equal(await page.locator(".word").innerText(), "The change");
    await page.goto(page.url().replace(/#.*/, "#view=compare"));
    assert.equal(await page.locator("section table, .panel table.small tbody tr").first().isVisible(), true);
    assert.equal(await page.locator("[aria-label='The models'] tbody tr").count(), 2);
  }));

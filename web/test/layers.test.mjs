// The table of layers sorts, filters, opens, downloads and stays quick, by mouse and by keyboard.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { column, figures, open } from "./browser.mjs";

const focused = (page) => page.evaluate(() => document.activeElement.textContent);

test("a click on a head sorts down, a second one up", () =>
  open("one.html", "#view=layers", async (page) => {
    const head = page.getByRole("columnheader", { name: /^alpha( |$)/ });
    await head.getByRole("button").click();
    const down = (await column(page, 3)).map(Number);
    assert.deepEqual(down, [...down].sort((a, b) => b - a));
    assert.equal(await head.getAttribute("aria-sort"), "descending");
    await head.getByRole("button").click();
    const up = (await column(page, 3)).map(Number);
    assert.deepEqual(up, [...up].sort((a, b) => a - b));
    assert.ok(up[0] < down[0]);
  }));

test("words and states filter together", () =>
  open("one.html", "#view=layers", async (page) => {
    await page.getByLabel("Find layers by name").fill("attn c_proj");
    await page.getByText("12 of 50 layers").waitFor();
    await page.getByRole("button", { name: /^under-trained/ }).click();
    await page.getByText("6 of 50 layers").waitFor();
    assert.equal((await column(page, 1)).length, 6);
    await page.getByLabel("Find layers by name").fill("nothing like it");
    await page.getByText("No row.").waitFor();
  }));

test("a click opens the layer, its neighbours and its numbers", () =>
  open("one.html", "#view=layers", async (page) => {
    await page.locator("tr.opens", { hasText: "h.3.attn.c_proj" }).locator("td").nth(2).click();
    assert.equal(new URL(page.url()).hash, "#layer=h.3.attn.c_proj");
    await figures(page, 4);
    assert.match(await page.locator(".layer .sentence").innerText(), /^Alpha 9\.28 \(95 % interval/);
    assert.match(await page.locator(".meanings tr").first().innerText(), /^alpha\s+9\.28\d{10,}/);
    await page.getByRole("link", { name: "Next" }).click();
    await page.locator("h2", { hasText: "h.3.mlp.c_fc" }).waitFor();
    await page.goBack();
    await page.locator("h2", { hasText: "h.3.attn.c_proj" }).waitFor();
  }));

test("a layer has an address to share", () =>
  open("pair.html", "#layer=h.7.mlp.c_fc&model=1", async (page) => {
    assert.match(await page.locator("h2").first().innerText(), /^h\.7\.mlp\.c_fc/);
    assert.equal(await page.locator("h1").innerText(), "fed");
  }));

test("the download is the table in the order shown, with all digits", () =>
  open("one.html", "#view=layers", async (page) => {
    await page.getByRole("button", { name: /^under-trained/ }).click();
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download CSV" }).click()]);
    assert.equal(download.suggestedFilename(), "planted.csv");
    const lines = readFileSync(await download.path(), "utf8").trim().split("\r\n");
    assert.equal(lines.length, 7);
    const alpha = lines[0].split(",").indexOf("alpha");
    assert.match(lines[1].split(",")[alpha], /^\d+\.\d{10,}$/);
  }));

test("the keyboard alone reads the page", () =>
  open("2000.html", "#view=layers", async (page) => {
    await page.keyboard.press("Tab");
    assert.equal(await focused(page), "Skip to the content");
    await page.keyboard.press("Enter");
    for (let press = 0; press < 40 && !(await page.evaluate(() => document.activeElement.matches(".scroller"))); press++) await page.keyboard.press("Tab");
    await page.keyboard.press("ArrowDown");
    assert.equal(await focused(page), "wte");
    await page.keyboard.press("End");
    assert.equal(await focused(page), "h.499.attn.c_proj");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await page.locator("h2", { hasText: "h.499.attn.c_attn" }).waitFor();
    await page.keyboard.press("ArrowRight");
    await page.locator("h2", { hasText: "h.499.attn.c_proj" }).waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".grid-table").waitFor();
  }));

test("with 2,000 layers a click takes less than 100 ms", () =>
  open("2000.html", "#view=about", async (page) => {
    // The processor's time of the page's thread: other work on the machine must not fail a test.
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable", { timeDomain: "threadTicks" });
    const spent = async () => (await session.send("Performance.getMetrics")).metrics.find(({ name }) => name === "TaskDuration").value;
    const frames = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    const timed = async (act) => {
      const before = await spent();
      await act();
      await frames();
      return 1000 * ((await spent()) - before);
    };
    const clicks = ["#view=verdict", "#view=layers", "sort", "#layer=h.40.attn.c_proj", "#view=coverage"];
    const sort = () => document.querySelector(".grid-table thead th:nth-child(3) button").click();
    for (const click of clicks) {
      const time = await timed(() => (click === "sort" ? page.evaluate(sort) : page.evaluate((hash) => void (location.hash = hash), click)));
      if (process.env.SHOW_TIMES) console.log(click, time.toFixed(1));
      assert.ok(time > 1 && time < 100, `${click}: ${time.toFixed(0)} ms`);
    }
  }));

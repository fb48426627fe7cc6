// Names that are code stay names, and the page's policy would stop them if they did not.
import assert from "node:assert/strict";
import { test } from "node:test";
import { open } from "./browser.mjs";

const VIEWS = ["verdict", "layers", "compare", "coverage", "about"];

test("hostile names do nothing in any view", async () => {
  for (const hash of VIEWS.map((view) => `#view=${view}`)) {
    await open("hostile.html", hash, async (page) => {
      await page.waitForTimeout(30);
      assert.equal(await page.evaluate(() => window.pwned), undefined);
      assert.equal(await page.locator("img, iframe, object, embed, form").count(), 0);
      assert.equal(await page.locator("script").count(), 2);
      assert.match(await page.locator("h1").innerText(), /<img src=x onerror/);
    });
  }
});

test("a layer with a hostile name opens as any other", () =>
  open("hostile.html", "#view=layers", async (page) => {
    for (const name of ["<img src=x", "javascript:", "=cmd"]) {
      await page.locator("tr.opens a", { hasText: name }).first().click();
      await page.locator(".layer-name", { hasText: name }).waitFor();
      await page.keyboard.press("Escape");
    }
    // Two rows share this name; the second has no fit.
    await page.locator("tr.opens a", { hasText: "</script>" }).last().click();
    await page.getByText("no eigenvalue above 1e-5").first().waitFor();
    assert.equal(await page.evaluate(() => window.pwned), undefined);
  }));

test("an address can't inject either", () =>
  open("one.html", "#layer=%3Cimg%20src%3Dx%20onerror%3Dwindow.pwned%3D1%3E&view=%22%3E&model=99&pair=-1", async (page) => {
    assert.equal(await page.locator(".word").innerText(), "Not enough data");
    assert.equal(await page.evaluate(() => window.pwned), undefined);
  }));

test("the policy lets no other script, style or request through", async () => {
  await open("one.html", "", async (page) => {
    const policy = await page.locator("meta[http-equiv]").getAttribute("content");
    assert.match(policy, /^default-src 'none'; script-src 'sha256-\S+'; style-src 'sha256-\S+';/);
    const broken = await page.evaluate(async () => {
      const violations = [];
      addEventListener("securitypolicyviolation", (event) => violations.push(event.effectiveDirective));
      const script = document.createElement("script");
      script.textContent = "window.pwned = 1";
      document.body.append(script);
      await new Promise((done) => setTimeout(done, 50));
      return { violations, pwned: window.pwned };
    });
    assert.deepEqual(broken, { violations: ["script-src-elem"], pwned: undefined });
  }).catch((error) => {
    // The browser reports the violation that this test provokes, and nothing else.
    if (!/Executing inline script violates/.test(String(error))) throw error;
  });
});

// The name of a planted page in, an open page out that must end without an error, a request or a policy violation.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { chromium } from "playwright-core";

const FOLDER = process.env.HEAVYTAIL_PAGES;
const FLAGS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--font-render-hinting=none",
];

let browser;
before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
});
after(() => browser.close());

export const path = (name) => `${FOLDER}/${name}`;

/** Opens `name` at `hash`, hands the page to `look`, and then sees that nothing went wrong. */
export async function open(name, hash, look, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true, ...options });
  const page = await context.newPage();
  const wrong = [];
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("dialog", (dialog) => wrong.push(`dialog: ${dialog.message()}`));
  page.on("request", (request) => {
    const own = request.url().startsWith(`file://${FOLDER}/${name}`) || request.url().startsWith("blob:");
    if (!own) wrong.push(`request: ${request.url()}`);
  });
  try {
    await page.goto(`file://${FOLDER}/${name}${hash}`);
    await page.locator("main").waitFor();
    await look(page);
    assert.deepEqual(wrong, []);
    return page;
  } finally {
    await context.close();
  }
}

/** The texts of a column of the table in sight. */
export const column = (page, place) => page.locator(`.grid-table tbody tr:not(.space) > :nth-child(${place})`).allInnerTexts();

/** Waits for exactly `count` figures: they draw themselves once their width is known. */
export async function figures(page, count) {
  await page.locator("svg[role=img]").nth(count - 1).waitFor();
  assert.equal(await page.locator("svg[role=img]").count(), count);
}

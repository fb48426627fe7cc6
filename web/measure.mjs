// A folder of planted pages and the seconds that writing each took in, rows of a table in Markdown out: the size of the
// reports of 50, 500 and 2,000 layers, and the time of the page's thread for opening, for clicks and for a sort.
import { statSync } from "node:fs";
import { chromium } from "playwright-core";

const ROUNDS = 5;
const FOLDER = process.argv[2];
const written = new Map((process.env.WRITTEN ?? "").trim().split("\n").map((line) => line.split(" ")));
const CLICKS = ["#view=layers", "sort", "#layer=h.8.attn.c_proj", "#view=verdict", "#view=coverage"];
const sort = () => document.querySelector(".grid-table thead th:nth-child(3) button").click();

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function measure(browser, name) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const spent = async () => 1000 * (await session.send("Performance.getMetrics")).metrics.find((one) => one.name === "TaskDuration").value;
  const frames = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await page.goto(`file://${FOLDER}/${name}`);
  await page.locator("main").waitFor();
  await frames();
  const opened = await spent();
  const times = new Map(CLICKS.map((click) => [click, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const click of CLICKS) {
      const before = await spent();
      if (click === "sort") await page.evaluate(sort);
      else await page.evaluate((hash) => void (location.hash = hash), click);
      await frames();
      times.get(click).push((await spent()) - before);
    }
  }
  await page.close();
  return [opened, ...CLICKS.map((click) => median(times.get(click)))];
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--headless", "--no-sandbox", "--disable-gpu"] });
console.log("| layers | size, MB | written in, s | opened, ms | table of layers | sorted by alpha | a layer | verdict | coverage |");
console.log("|---|---|---|---|---|---|---|---|---|");
for (const [layers, name] of [[50, "one.html"], [500, "500.html"], [2000, "2000.html"]]) {
  const times = await measure(browser, name);
  const size = (statSync(`${FOLDER}/${name}`).size / 1e6).toFixed(2);
  console.log(`| ${layers} | ${size} | ${written.get(name) ?? "–"} | ${times.map((time) => time.toFixed(0)).join(" | ")} |`);
}
console.log("\nMilliseconds of the page's thread, median of five; layers have 384 eigenvalues each. Headless Chromium.");
await browser.close();

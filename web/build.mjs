// The sources in src/ in, crates/report/assets/page.html out; `--check` compares instead of writing.
//
// One file holds everything. The content security policy names the script and the style by their hashes, so that
// nothing else on the page can ever run, and forbids every request.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const TARGET = here("../crates/report/assets/page.html");

async function bundle(entry) {
  const result = await build({
    entryPoints: [here(entry)],
    bundle: true,
    minify: true,
    write: false,
    charset: "ascii",
    target: ["chrome109", "firefox115", "safari16"],
    format: "iife",
    legalComments: "none",
  });
  return result.outputFiles[0].text.trim();
}

const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

async function page() {
  const script = `${readFileSync(here("src/notice.txt"), "utf8").trim()}\n${await bundle("src/main.ts")}`;
  const style = await bundle("src/page.css");
  if (script.includes("</script") || style.includes("</style")) throw new Error("the build would end its own element");
  const policy = `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; base-uri 'none'; form-action 'none'`;
  // A function, since `$` has a meaning in replacement strings.
  const put = (text, mark, part) => text.replace(mark, () => part);
  let text = readFileSync(here("src/page.html"), "utf8");
  text = put(text, "<!--policy-->", policy);
  text = put(text, "/*style*/", style);
  return put(text, "/*script*/", script);
}

const text = await page();
if (!process.argv.includes("--check")) {
  writeFileSync(TARGET, text);
  console.log(`${TARGET}: ${text.length} bytes`);
} else if (readFileSync(TARGET, "utf8") !== text) {
  console.error("crates/report/assets/page.html is not what web/src says; run `npm run build` in web/");
  process.exit(1);
}

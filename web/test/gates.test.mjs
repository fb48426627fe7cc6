// The gate's SARIF logs, held against the published JSON schema of SARIF 2.1.0 (as Microsoft's package of it has it).
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import Ajv from "ajv-draft-04";
import formats from "ajv-formats";

const own = createRequire(import.meta.url);
const schema = JSON.parse(readFileSync(own.resolve("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"), "utf8"));
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
formats(ajv);
const valid = ajv.compile(schema);
const log = (name) => JSON.parse(readFileSync(`${process.env.HEAVYTAIL_PAGES}/${name}`, "utf8"));

test("logs of findings, of none and of hostile names are valid SARIF 2.1.0", () => {
  for (const [name, found] of [["shut.sarif", true], ["open.sarif", false], ["hostile.sarif", true]]) {
    const one = log(name);
    assert.ok(valid(one), `${name}: ${JSON.stringify(valid.errors, null, 1)}`);
    assert.equal(one.runs[0].results.length > 0, found, name);
  }
});

test("the schema would tell of what is wrong", () => {
  const one = log("shut.sarif");
  one.runs[0].results[0].level = "fatal";
  one.runs[0].results[1].locations[0].physicalLocation.artifactLocation.uri = "a b";
  delete one.runs[0].results[2].message;
  one.runs[0].unheard = 1;
  assert.ok(!valid(one));
  const places = new Set(valid.errors.map((error) => error.instancePath));
  for (const place of ["/runs/0/results/0/level", "/runs/0/results/1/locations/0/physicalLocation/artifactLocation/uri", "/runs/0/results/2", "/runs/0"]) {
    assert.ok(places.has(place), `${place} of ${[...places]}`);
  }
});

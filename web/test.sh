#!/usr/bin/env bash
# The page's tests: types, whether the committed build is current, and every view in headless Chromium.
# Needs node; installs npm packages, and Chromium where apt-get may.
set -euo pipefail
cd "$(dirname "$0")"
[ -d node_modules ] || npm ci --no-audit --no-fund
if ! command -v "${CHROMIUM:-chromium}" >/dev/null; then
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null
fi
npm run --silent check
pages=$(mktemp -d)
trap 'rm -rf "$pages"' EXIT
cargo run --quiet --package heavytail-report --example planted_pages -- "$pages" >/dev/null
HEAVYTAIL_PAGES="$pages" npm run --silent test

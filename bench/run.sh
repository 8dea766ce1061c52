#!/usr/bin/env bash
# Measures everything in one run, each figure with what a user would otherwise use, and writes docs/benchmarks.md.
# `./build.sh bench` builds first, and then runs this. With the path of another `claimsmith` in CLAIMSMITH_BASELINE,
# the rates of the command are compared with that one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

claimsmith=target/release/claimsmith
out=target/bench

rm -rf "$out/results"
mkdir -p "$out"

for size in "50 40" "5000 40" "1 4000"; do
  read -r organizations rules <<<"$size"
  folder=$out/${organizations}x$rules
  rm -rf "$folder"
  node bench/generate.mjs "$folder" "$organizations" "$rules"
  # The warnings are about names that were made at random.
  "$claimsmith" bundle "$folder" --bundle-only "$folder.csmb" 2>"$folder.findings"
done
rm -rf "$out/mixed" "$out/regex"
node bench/languages.mjs "$out"
for mapping in mixed regex; do
  "$claimsmith" bundle "$out/$mapping" --bundle-only "$out/$mapping.csmb" 2>"$out/$mapping.findings"
done
node bench/events.mjs 20000 20 >"$out/events.jsonl"
node bench/sample-events.mjs 20000 20 >"$out/sample-events.jsonl"

"$claimsmith" bundle "$out/50x40" --out "$out/50x40" --format json >"$out/sizes.json" 2>/dev/null
node bench/cold.mjs
node bench/login.mjs
node bench/blocks.mjs "$claimsmith"
node bench/validate.mjs "$claimsmith" "$out/5000x40"
node bench/native.mjs "$claimsmith" ${CLAIMSMITH_BASELINE:+"$CLAIMSMITH_BASELINE"}
node bench/page.mjs "$out/sizes.json"
printf 'docs/benchmarks.md is written; its budgets:\n\n'
sed -n '/^| budget/,/^$/p' docs/benchmarks.md

#!/usr/bin/env bash
# Every figure of the project in one run, each beside what a user would otherwise use.
# `./build.sh bench` builds first, and then runs this.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

claimsmith=target/release/claimsmith
out=target/bench

for size in "50 40" "5000 40" "1 4000"; do
  read -r organizations rules <<<"$size"
  folder=$out/${organizations}x$rules
  rm -rf "$folder"
  node bench/generate.mjs "$folder" "$organizations" "$rules"
  # Warnings are about names that were made at random.
  "$claimsmith" bundle "$folder" --bundle-only "$folder.csmb" 2>"$folder.findings"
done
rm -rf "$out/mixed" "$out/regex"
node bench/languages.mjs "$out"
for mapping in mixed regex; do
  "$claimsmith" bundle "$out/$mapping" --bundle-only "$out/$mapping.csmb" 2>"$out/$mapping.findings"
done

printf '\nSize of the Action, 50 organizations x 40 rules (28 exact, 12 globs)\n\n'
"$claimsmith" bundle "$out/50x40" --out "$out/50x40" 2>/dev/null

printf '\n'
node bench/cold.mjs

printf '\n'
node bench/login.mjs

printf '\n'
node bench/validate.mjs "$claimsmith" "$out/5000x40"

printf '\nNatively, 20 groups a login: 50 organizations x 40 rules, then the sample mappings\n\n'
node bench/events.mjs 20000 20 >"$out/events.jsonl"
node bench/sample-events.mjs 20000 20 >"$out/sample-events.jsonl"
for _ in 1 2 3; do
  "$claimsmith" evaluate --mappings "$out/50x40" --event "$out/events.jsonl" --jsonl >/dev/null
done
for _ in 1 2 3; do
  "$claimsmith" evaluate --mappings mappings --event "$out/sample-events.jsonl" --jsonl >/dev/null
done

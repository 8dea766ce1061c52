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
  "$claimsmith" bundle "$folder" --bundle-only "$folder.csmb"
done

printf '\nSize of the Action, 50 organizations x 40 rules (28 exact, 12 globs)\n\n'
"$claimsmith" bundle "$out/50x40" --out "$out/50x40"

printf '\n'
node bench/cold.mjs

printf '\n'
node bench/login.mjs

printf '\nNatively, 20 groups a login: 50 organizations x 40 rules, then the sample mappings\n\n'
node bench/events.mjs 20000 20 >"$out/events.jsonl"
node bench/sample-events.mjs 20000 20 >"$out/sample-events.jsonl"
for _ in 1 2 3; do
  "$claimsmith" evaluate --mappings "$out/50x40" --event "$out/events.jsonl" --jsonl >/dev/null
done
for _ in 1 2 3; do
  "$claimsmith" evaluate --mappings mappings --event "$out/sample-events.jsonl" --jsonl >/dev/null
done

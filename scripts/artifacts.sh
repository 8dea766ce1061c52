# shellcheck shell=bash
# From sources to dist/action.js: engine and shim go into target/engine/, the command embeds both, and bundles.

# -O3 rather than -Oz: the engine is small either way, and logins become faster.
# Not every function with one caller is inlined: that compresses better. Rust puts the stack first, so the lowest
# addresses are unused.
WASM_OPT_LEVEL="-O3 --low-memory-unused --one-caller-inline-max-function-size=5"

# More than the 5 of opt-level "z". With "s" and its 50 a login takes up to a tenth less, and the engine three
# kilobytes more of the Action.
INLINE_THRESHOLD=32

# Named one by one: with --all-features the output has encodings that Node 20 and 22 refuse.
WASM_FEATURES="--enable-bulk-memory --enable-nontrapping-float-to-int --enable-sign-ext
  --enable-mutable-globals --enable-reference-types --enable-multivalue"

NPM_PROGRAMS=$ROOT/js-shim/node_modules/.bin

# target/engine/engine.wasm and its glue, engine_bg.js.
build_engine() {
  local steps=target/wasm/bindgen raw=target/wasm/$WASM_TARGET/engine/claimsmith.wasm
  # Messages name source files: the same on every machine, so that the same sources give the same engine.
  local flags="--remap-path-prefix=$ROOT=/claimsmith"
  flags+=$'\x1f'"--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}/registry/src=/registry"
  flags+=$'\x1f'"-Cllvm-args=-inline-threshold=$INLINE_THRESHOLD"
  # Only as a cdylib: together with an rlib, cargo skips link-time optimization without a warning.
  CARGO_ENCODED_RUSTFLAGS=$flags wasm_cargo rustc --package claimsmith --lib --crate-type cdylib --profile engine \
    --no-default-features --target "$WASM_TARGET"

  mkdir -p "$steps" "$ENGINE_DIR"
  # Optimizing takes longer than the rest of a run in which nothing changed.
  if unchanged "$steps/stamp"; then
    say "optimized engine is up to date"
  else
    "$TOOLS/bin/wasm-bindgen" --target bundler --no-typescript --out-name engine --out-dir "$steps" "$raw"
    # Strip here and not in cargo's profile: wasm-bindgen reads the section that names the target's features.
    # shellcheck disable=SC2086
    "$NPM_PROGRAMS/wasm-opt" $WASM_OPT_LEVEL $WASM_FEATURES --strip-debug --strip-producers --strip-target-features \
      "$steps/engine_bg.wasm" --output "$steps/engine.wasm"
    cp "$steps/engine_bg.js" "$steps/glue.js"
    replace_if_changed "$steps/engine.wasm" "$ENGINE_DIR/engine.wasm"
    replace_if_changed "$steps/glue.js" "$ENGINE_DIR/engine_bg.js"
    record "$steps/stamp" "$raw" Cargo.lock js-shim/package-lock.json scripts/artifacts.sh \
      "${ENGINE_DIR#"$ROOT/"}/engine.wasm" "${ENGINE_DIR#"$ROOT/"}/engine_bg.js"
  fi
  say "engine.wasm: $(wc -c <"$ENGINE_DIR/engine.wasm" | tr -d ' ') bytes"
}

# Properties that only the shim uses have short names in the Action.
SHIM_PROPERTIES='^(outcome|reason|delivery|bundleHandle|texts|routes|origin|destination|deadline|received|unmatched|handle|lookups|notes|overage|head|leaf|spent|base|json|nfc|path|field|delimiter)$'

# target/engine/shim.js, and smoke.js, which only tries what it needs. With this target async functions stay native, which Auth0 requires. No template literals:
# programs that deploy the Action may read `${` as a keyword of their own.
build_shim() {
  bundle_shim action "$ENGINE_DIR/shim.js"
  bundle_shim smoke "$ENGINE_DIR/smoke.js"
  say "shim.js: $(wc -c <"$ENGINE_DIR/shim.js" | tr -d ' ') bytes"
}

# A file of js-shim/src/ with all that it imports.
bundle_shim() {
  "$NPM_PROGRAMS/esbuild" "js-shim/src/$1.js" --bundle --format=cjs --platform=node --target=node18 \
    --supported:template-literal=false --minify --mangle-props="$SHIM_PROPERTIES" --legal-comments=none --log-level=warning \
    --log-override:commonjs-variable-in-esm=silent --outfile="$2.new"
  replace_if_changed "$2.new" "$2"
}

# target/engine/run-logins.js, with which the command runs an Action under Node, and run-old-action.js for one of
# somebody else.
build_login_runner() {
  local runner
  for runner in run-logins run-old-action; do
    "$NPM_PROGRAMS/esbuild" "js-shim/$runner.mjs" --bundle --format=esm --platform=node --target=node20 \
      --minify --legal-comments=none --log-level=warning --outfile="$ENGINE_DIR/$runner.js.new"
    replace_if_changed "$ENGINE_DIR/$runner.js.new" "$ENGINE_DIR/$runner.js"
  done
}

# target/engine/page.js, the script of an onboarding kit's page. Browsers have neither Node's modules nor brotli.
build_page() {
  "$NPM_PROGRAMS/esbuild" js-shim/page/main.js --bundle --format=iife --platform=browser \
    --target=es2022,chrome111,firefox111,safari16.4 --alias:node:zlib=./js-shim/page/zlib.js \
    --alias:node:crypto=./js-shim/page/crypto.js --inject:js-shim/page/buffer.js --minify --charset=ascii \
    --legal-comments=none --log-level=warning --outfile="$ENGINE_DIR/page.js.new"
  replace_if_changed "$ENGINE_DIR/page.js.new" "$ENGINE_DIR/page.js"
}

build_command() {
  host_cargo build --release --package claimsmith-cli
}

# The table of sizes is kept, because ./build.sh prints it at the end.
bundle_action() {
  "$CLAIMSMITH" bundle mappings --out dist >"$SIZE_TABLE" || {
    cat "$SIZE_TABLE"
    return 1
  }
  say "dist/action.js: $(wc -c <dist/action.js | tr -d ' ') bytes"
}

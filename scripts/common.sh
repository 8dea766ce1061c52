# shellcheck shell=bash
# What every stage needs: paths, messages, and a way to see that a result is up to date.
# shellcheck disable=SC2034

ROOT=$PWD
TOOLS=$ROOT/target/tools
TERRAFORM=$TOOLS/terraform
SCIM_TESTER=$TOOLS/scim-tester
GOOGLE_CLIENT=$TOOLS/google-client
ENGINE_DIR=$ROOT/target/engine
CLAIMSMITH=$ROOT/target/release/claimsmith
SIZE_TABLE=$ROOT/target/size-table.txt

# Every stage may leave a log there.
mkdir -p "$ROOT/target"

# Prints a heading and runs the stage, which ends the script when it fails.
stage() {
  printf '\n== %s\n' "$1"
  shift
  "$@"
}

say() {
  printf '   %s\n' "$*"
}

die() {
  printf 'error: %s\n' "$1" >&2
  shift
  [ $# -eq 0 ] || printf '  help: %s\n' "$@" >&2
  exit 2
}

have() {
  command -v "$1" >/dev/null 2>&1
}

# Fails on a system without Debian's packages.
install_debian_package() {
  local package=$1 as_root=""
  have apt-get || return 1
  [ "$(id -u)" -eq 0 ] || as_root=sudo
  say "installing Debian's package as root: $package"
  $as_root apt-get update -qq && $as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq -y --no-install-recommends "$package" >"target/apt-$package.log"
}

sha256() {
  if have sha256sum; then sha256sum "$@"; else shasum -a 256 "$@"; fi
}

# Whether the inputs and outputs that `record` listed still have the same content.
# Content, not time: git gives every file of a fresh clone the time of the clone.
unchanged() {
  [ -f "$1" ] && sha256 --check --status "$1" 2>/dev/null
}

record() {
  local stamp=$1
  shift
  sha256 "$@" >"$stamp"
}

# Moves a new file into place only if it differs, so that its dependents are not rebuilt for nothing.
replace_if_changed() {
  if cmp -s "$1" "$2"; then rm "$1"; else mv "$1" "$2"; fi
}

#!/usr/bin/env bash
# Runs every test of this repository: `bash tests/all.sh`.
#
# Needs a Rust toolchain. What else it needs it installs into ~/.cache/assize, and Debian
# packages only where it runs as root. It stops at the first step that fails.
#
#   ASSIZE_ADVISORY_DB   a clone of https://github.com/RustSec/advisory-db; without it
#                        cargo-deny checks licences, bans and sources only
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cache="$HOME/.cache/assize"
scratch="$(mktemp -d)"
trap leave EXIT
log="$scratch/tests.log"
mkdir -p "$cache"

# Nothing that was started stays behind.
leave() {
  bash tests/servers/unleash.sh stop "$scratch/unleash" >/dev/null 2>&1 || true
  rm -rf "$scratch"
}

# A snapshot that differs is a failure, not a file to be accepted.
export INSTA_UPDATE=no

# step NAME COMMAND...: runs the command, says how long it took, stops if it failed.
step() {
  local name="$1" started="$SECONDS" code=0
  shift
  echo "==> $name"
  "$@" || code=$?
  if [ "$code" -ne 0 ]; then
    echo "FAILED: $name, after $((SECONDS - started)) s, with exit code $code"
    exit 1
  fi
  echo "    $name took $((SECONDS - started)) s"
}

# install_package COMMAND PACKAGE...: Debian packages, where COMMAND does not work yet.
install_package() {
  local works="$1"
  shift
  if eval "$works" >/dev/null 2>&1; then return 0; fi
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "needs the Debian packages: $*"
    echo "install them as root: apt-get install $*"
    return 1
  fi
  apt-get update -qq || return 1
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

tools() {
  command -v cargo >/dev/null || { echo "needs a Rust toolchain: https://rustup.rs"; return 1; }
  cargo --version || return 1
  cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt || return 1
  cargo clippy --version >/dev/null 2>&1 || rustup component add clippy || return 1
  install_package "command -v cc" gcc libc6-dev
}

# The readers that share no code with the writer; tests that need them ask ASSIZE_PYTHON.
python() {
  install_package "python3 -c 'import venv, ensurepip'" python3 python3-venv || return 1
  local venv="$cache/venv"
  if ! "$venv/bin/python" -c '' 2>/dev/null; then
    python3 -m venv --clear "$venv" || return 1
  fi
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    --requirement tests/requirements.txt || return 1
  export ASSIZE_PYTHON="$venv/bin/python"
  "$ASSIZE_PYTHON" --version
}

# A real Unleash, for tests/targets; they ask ASSIZE_UNLEASH.
unleash() {
  install_package "command -v node && command -v npm" nodejs npm || return 1
  install_package "command -v curl && command -v openssl" curl openssl || return 1
  install_package "ls /usr/lib/postgresql/*/bin/initdb" postgresql || return 1
  bash tests/servers/unleash.sh start "$scratch/unleash" || return 1
  # shellcheck source=/dev/null
  source "$scratch/unleash/env"
  echo "$ASSIZE_UNLEASH"
}

# The evaluator that flagd's own SDKs use; tests/targets asks ASSIZE_FLAGD.
flagd() {
  local version=4.0.1 folder="$cache/flagd"
  local package="$folder/node_modules/@openfeature/flagd-core/package.json"
  if [ "$(node -p "require('$package').version" 2>/dev/null)" != "$version" ]; then
    mkdir -p "$folder"
    npm install --prefix "$folder" --no-audit --no-fund --ignore-scripts --silent \
      "@openfeature/flagd-core@$version" @openfeature/core@1.12.0 || return 1
  fi
  export ASSIZE_FLAGD="$folder"
}

docs() {
  RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --all-features
}

tests() {
  local code=0
  if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --locked --all-features --no-fail-fast --color never 2>&1 | tee "$log" ||
      code=$?
    # nextest does not run the examples in documentation.
    cargo test --locked --all-features --doc 2>&1 | tee -a "$log" || code=$?
  else
    cargo test --locked --all-features --no-fail-fast 2>&1 | tee "$log" || code=$?
  fi
  summary
  return "$code"
}

# Sums up what the test runners said, in one line.
summary() {
  awk '
    /^ *Summary \[/      { for (i = 2; i <= NF; i++) {
                             if ($i ~ /^passed/) passed += $(i - 1)
                             if ($i ~ /^failed/) failed += $(i - 1)
                             if ($i ~ /^skipped/) ignored += $(i - 1) } }
    /^test result:/      { for (i = 2; i <= NF; i++) {
                             if ($i ~ /^passed/) passed += $(i - 1)
                             if ($i ~ /^failed/) failed += $(i - 1)
                             if ($i ~ /^ignored/) ignored += $(i - 1) } }
    END { printf "%d passed, %d failed, %d ignored\n", passed, failed, ignored }
  ' "$log"
}

supply_chain() {
  local deny="cargo-deny"
  if ! command -v cargo-deny >/dev/null; then
    deny="$cache/tools/bin/cargo-deny"
    if [ ! -x "$deny" ]; then
      # Not in the target directory: it would be built again whenever that is emptied.
      CARGO_TARGET_DIR="$cache/tools/target" cargo install --quiet --locked --root "$cache/tools" \
        cargo-deny --version 0.20.2 || return 1
      rm -rf "$cache/tools/target"
    fi
  fi
  "$deny" --locked --all-features check --hide-inclusion-graph licenses bans sources || return 1
  if [ -z "${ASSIZE_ADVISORY_DB:-}" ]; then
    echo "advisories are not checked: ASSIZE_ADVISORY_DB names no clone of the advisory database"
    return 0
  fi
  advisories "$deny"
}

# cargo-deny looks for the database under a name made from its address.
advisories() {
  local folder="$cache/advisory-dbs"
  mkdir -p "$folder"
  ln -sfn "$(realpath "$ASSIZE_ADVISORY_DB")" "$folder/advisory-db-3157b0e258782691"
  sed "s|^\[advisories\]|&\ndb-path = \"$folder\"|" deny.toml >"$scratch/deny.toml"
  "$1" --locked --offline --all-features --config "$scratch/deny.toml" check advisories
}

# The README's first command, as it stands there, prints what the README shows.
first_command() {
  awk '/^```text$/ { inside = 1; next } /^```$/ { if (inside) exit } inside' README.md >"$scratch/want"
  COLUMNS=120 cargo run --release -- run --project sample-data | sed 's/ *$//' >"$scratch/got" ||
    return 1
  cat "$scratch/got"
  diff "$scratch/want" "$scratch/got"
}

step "tools" tools
step "formatting" cargo fmt --check
step "lints" cargo clippy --locked --all-targets --all-features -- -D warnings
step "pure rooms without the engine" cargo check --locked --no-default-features --lib
step "documentation" docs
step "python readers" python
step "Unleash" unleash
step "flagd evaluator" flagd
step "tests" tests
step "README's first command" first_command
step "supply chain" supply_chain
echo "everything took $SECONDS s"
summary

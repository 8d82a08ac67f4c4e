# What the other scripts share: saying what happens, and installing what is missing.
# Sourced by script/run, script/test and script/bench; Debian and Ubuntu.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '\033[1m▸ %s\033[0m\n' "$*"; }
die() { printf '✗ %s\n' "$*" >&2; exit 1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else die "Installing $* needs root: run this as root or install sudo."; fi
}

apt_updated=
apt_install() {
  command -v apt-get >/dev/null || die "Cannot install $*: this script knows Debian and Ubuntu only. Install them by hand and run it again."
  if [ -z "$apt_updated" ]; then
    as_root apt-get update -qq || die "Cannot refresh the package lists: is there a network?"
    apt_updated=1
  fi
  say "Installing $*"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null \
    || die "Cannot install $*: apt-get said why above."
}

need_compiler() { command -v cc >/dev/null || apt_install build-essential; }

need_rust() {
  [ -f "$HOME/.cargo/env" ] && . "$HOME/.cargo/env"
  if ! command -v cargo >/dev/null; then
    command -v curl >/dev/null || apt_install curl ca-certificates
    say "Installing Rust with rustup"
    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y -q --profile minimal -c clippy -c rustfmt --default-toolchain stable \
      || die "Cannot install Rust: rustup said why above."
    . "$HOME/.cargo/env"
  fi
  cargo --version >/dev/null 2>&1 || die "Rust is there but cargo does not run; try 'rustup toolchain install stable'."
}

# Vite needs Node 20.19 or newer; where the system's is older, one is installed into target/tools.
node_is_new() { command -v node >/dev/null && node -e 'const [a,b]=process.versions.node.split(".").map(Number);process.exit(a>20||(a===20&&b>=19)?0:1)'; }

need_node() {
  local tools="$PWD/target/tools"
  export PATH="$tools/node_modules/.bin:$PATH"
  command -v npm >/dev/null || apt_install nodejs npm
  if ! node_is_new; then
    say "Installing a newer Node into target/tools"
    npm install --loglevel=error --no-fund --no-audit --prefix "$tools" node@22 npm@11 >/dev/null \
      || die "Cannot install Node 22 from the npm registry; npm said why above."
    hash -r
    node_is_new || die "Node 20.19 or newer is needed; found $(node --version)."
  fi
}

build_portal() {
  local stamp=web/dist/.built-from
  local now
  now=$(git ls-files -s web 2>/dev/null | sha1sum; git diff -- web 2>/dev/null | sha1sum)
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$now" ] && [ -d web/node_modules ]; then return; fi
  say "Building the portal"
  # Not `npm ci`: it insists on entries for the linter on every other platform.
  (cd web && npm install --no-save --loglevel=error --no-fund --no-audit && npm run --silent build) || die "The portal did not build; the lines above say why."
  printf '%s' "$now" > "$stamp"
}

# Where the newest PostgreSQL has its programs; nothing if there is none.
postgres_programs() { find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -1 || true; }

# A PostgreSQL of our own for the tests, in target/postgres, on a socket and a free port.
start_postgres() {
  local bin folder="$PWD/target/postgres" port=${FREEHOLD_TEST_POSTGRES_PORT:-54331}
  bin=$(postgres_programs)
  if [ -z "$bin" ]; then
    apt_install postgresql
    bin=$(postgres_programs)
    [ -n "$bin" ] || die "PostgreSQL was installed but /usr/lib/postgresql has no version."
  fi
  # PostgreSQL refuses to run as root.
  local user=()
  if [ "$(id -u)" = 0 ]; then
    folder=/var/tmp/freehold-test-postgres
    user=(runuser -u postgres --)
  fi
  if [ ! -f "$folder/PG_VERSION" ]; then
    say "Preparing a PostgreSQL for the tests"
    mkdir -p "$folder"
    [ "$(id -u)" = 0 ] && chown postgres "$folder"
    "${user[@]}" "$bin/initdb" -D "$folder" -U postgres -A trust -E UTF8 --locale=C.UTF-8 >/dev/null || die "initdb failed in $folder."
  fi
  if ! "${user[@]}" "$bin/pg_ctl" -D "$folder" status >/dev/null 2>&1; then
    "${user[@]}" "$bin/pg_ctl" -D "$folder" -w -l "$folder/log" \
      -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$folder -c max_connections=300 -c fsync=off" start >/dev/null \
      || die "PostgreSQL did not start; $folder/log says why."
  fi
  export FREEHOLD_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres"
}

need_chromium() {
  for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null; then CHROMIUM=$(command -v "$name"); export CHROMIUM; return; fi
  done
  apt_install chromium fonts-liberation
  CHROMIUM=$(command -v chromium) || die "Chromium was installed but is not on the path."
  export CHROMIUM
}

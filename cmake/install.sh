# Shared by ./run and ./test: what is installed, and how it is built. Bash; the caller stands in the project's folder.

# What the program is built of, and what it runs on.
build_packages="g++ cmake ninja-build ccache mold pkg-config libcaf-dev libboost1.81-dev libboost-url1.81-dev
  libboost-json1.81-dev libjemalloc-dev postgresql-15 libpq-dev libssl-dev libargon2-dev libsimdjson-dev libcli11-dev libtomlplusplus-dev
  libspdlog-dev libfmt-dev libcurl4-openssl-dev libkainjow-mustache-dev libqrencode-dev libhpdf-dev fonts-dejavu-core libicu-dev libidn2-dev
  ca-certificates"
# What the tests need on top.
test_packages="catch2 python3 python3-pytest python3-pytest-xdist python3-aiosmtpd python3-dkim python3-jsonschema
  zbar-tools librsvg2-bin poppler-utils curl jq git"
# What ./test --all needs on top of that.
fuzz_packages="clang libclang-rt-14-dev"

say() {
  if [ -t 2 ]; then printf '\033[1m==>\033[0m %s\n' "$*" >&2; else printf '==> %s\n' "$*" >&2; fi
}
give_up() {
  printf 'foyer: %s\n' "$*" >&2
  exit 1
}

# Programs that may come from elsewhere than Debian; everything else is asked of dpkg.
program_of() {
  case "$1" in
  g++ | cmake | ccache | mold | curl | jq | git) echo "$1" ;;
  ninja-build) echo ninja ;;
  pkg-config) echo pkg-config ;;
  zbar-tools) echo zbarimg ;;
  librsvg2-bin) echo rsvg-convert ;;
  esac
}

is_missing() {
  local program
  program=$(program_of "$1")
  if [ -n "$program" ] && command -v "$program" >/dev/null 2>&1; then return 1; fi
  ! dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'ok installed'
}

# install_missing "PACKAGE…": by apt, with sudo when not root. Says what it does; nothing when nothing is missing.
install_missing() {
  command -v dpkg-query >/dev/null 2>&1 || give_up "this needs Debian 12; elsewhere build by hand: $1"
  local missing=() package root=()
  for package in $1; do
    if is_missing "$package"; then missing+=("$package"); fi
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || give_up "install these as root, then start again: ${missing[*]}"
    root=(sudo)
  fi
  say "installing ${#missing[@]} packages: ${missing[*]}"
  case " ${missing[*]} " in *" postgresql-15 "*) no_cluster_of_debian "${root[@]}" ;; esac
  "${root[@]}" apt-get update -qq || give_up "apt-get update failed: is this machine online?"
  mkdir -p build
  # Packages have much to say that concerns nobody here: it is shown only if something fails.
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
    -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold "${missing[@]}" 2>&1 | tee build/install.log |
    show_progress || {
    tail -n 20 build/install.log >&2
    give_up "apt-get install failed: ${missing[*]}"
  }
}

# Of apt's many lines one that counts: rewritten on a terminal, every 25th elsewhere.
show_progress() {
  local terminal=0
  if [ -t 2 ]; then terminal=1; fi
  awk -v terminal="$terminal" '
    / newly installed/ { total = $3 }
    /^Setting up/ { n++; if (terminal) printf "\r    %d of %d  %s\033[K", n, total, $3
                    else if (n % 25 == 0) printf "    %d of %d packages\n", n, total; fflush() }
    END { if (terminal && n) print "" }' >&2
}

# Debian's package makes and starts a cluster of its own on port 5432, which Foyer has no use for. A machine that
# already has a say in this (the file exists) keeps it.
no_cluster_of_debian() {
  if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    "$@" mkdir -p /etc/postgresql-common
    printf '# PostgreSQL was installed for Foyer, which runs a private one.\ncreate_main_cluster = false\n' |
      "$@" tee /etc/postgresql-common/createcluster.conf >/dev/null
  fi
}

# build PRESET TARGET…: configures the first time; later ninja itself sees what changed.
build() {
  local preset=$1
  shift
  if [ ! -e "build/$preset/build.ninja" ]; then
    say "configuring ($preset)"
    mkdir -p build
    cmake --preset "$preset" >build/configure.log 2>&1 || {
      cat build/configure.log >&2
      give_up "cmake --preset $preset failed; after a change of packages remove build/$preset"
    }
  fi
  say "building $* ($preset)"
  NINJA_STATUS='[%f/%t] ' ninja -C "build/$preset" "$@" >&2 || give_up "the build failed"
}

# Whether user postgres can enter this folder.
reached_by_postgres() {
  # Run by the shell that this user may not have, hence by a program that needs none.
  setpriv --reuid=postgres --regid=postgres --clear-groups test -x "$1/." 2>/dev/null
}

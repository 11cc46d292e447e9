#!/usr/bin/env bash
# Installs what the build needs and this machine lacks, then builds the addon.
#   scripts/setup.sh [test] [-DNAME=VALUE ...]
# With `test` also what only the tests need. Definitions go to CMake and stay set in its build tree.
set -euo pipefail
cd "$(dirname "$0")/.."

want_tests=false
if [ "${1:-}" = test ]; then
  want_tests=true
  shift
fi

have() { command -v "$1" >/dev/null 2>&1; }

have_boost() {
  echo '#include <boost/version.hpp>
    static_assert(BOOST_VERSION >= 108100);' | c++ -std=c++17 -fsyntax-only -I/opt/homebrew/include -x c++ - 2>/dev/null
}

have_header() { echo "#include <$1>" | c++ -fsyntax-only -I/opt/homebrew/include -x c++ - 2>/dev/null; }

have_fuzzer() {
  local clang
  for clang in clang++ clang++-{14..21}; do
    if have "$clang"; then
      echo 'extern "C" int LLVMFuzzerTestOneInput(const char*, unsigned long) { return 0; }' |
        "$clang" -fsanitize=fuzzer,address -x c++ - -o /dev/null 2>/dev/null && return
    fi
  done
  return 1
}

# Debian 12 calls its newer Boost libboost1.81-dev; in later releases the default is new enough.
boost_package() {
  if apt-cache show libboost1.81-dev >/dev/null 2>&1; then echo libboost1.81-dev; else echo libboost-dev; fi
}

missing() {
  have c++ || echo compiler
  have cmake || echo cmake
  have ninja || echo ninja
  have_boost || echo boost
  if $want_tests; then
    have_header doctest/doctest.h || echo doctest
    have clang-format || echo clang-format
    have clang-tidy || echo clang-tidy
    have_fuzzer || echo fuzzer
  fi
}

debian_packages() {
  local thing
  for thing in "$@"; do
    case $thing in
      compiler) echo g++ ;;
      ninja) echo ninja-build ;;
      boost) boost_package ;;
      doctest) echo doctest-dev ;;
      fuzzer) echo clang libclang-rt-dev ;;
      *) echo "$thing" ;;
    esac
  done
}

install_debian() {
  local as_root=()
  if [ "$(id -u)" != 0 ]; then
    if ! have sudo; then
      echo "millrace: missing here: $*. As root, run: apt-get install $(debian_packages "$@" | xargs)" >&2
      exit 1
    fi
    as_root=(sudo)
  fi
  "${as_root[@]}" apt-get update -q
  # shellcheck disable=SC2046 # one word for each package
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends $(debian_packages "$@")
}

advise_macos() {
  local packages
  packages=$(printf '%s\n' "$@" | sed -e '/^compiler$/d' -e 's/^clang-tidy$/llvm/' -e 's/^fuzzer$/llvm/' | sort -u | xargs)
  echo "millrace: missing here: $*." >&2
  echo "  the compiler: xcode-select --install" >&2
  echo "  the rest:     brew install $packages" >&2
  exit 1
}

install_packages() {
  if [ "$(uname)" = Darwin ]; then
    advise_macos "$@"
  elif have apt-get; then
    install_debian "$@"
  else
    echo "millrace: missing here, to be installed with this system's package manager: $*" >&2
    echo "  (boost: version 1.81 or newer; fuzzer: clang with compiler-rt)" >&2
    exit 1
  fi
}

install_npm_packages() {
  local installed=node_modules/.millrace-lock
  if ! cmp -s package-lock.json "$installed"; then
    npm ci --no-audit --no-fund
    cp package-lock.json "$installed"
  fi
}

if ! have node || ! node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)'; then
  echo 'millrace: needs Node 20 or later' >&2
  exit 1
fi
lacking=$(missing)
# shellcheck disable=SC2086 # one word for each
[ -z "$lacking" ] || install_packages $lacking
install_npm_packages
node scripts/native.cjs "$@"

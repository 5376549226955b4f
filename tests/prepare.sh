#!/usr/bin/env bash
# Gets what a make target needs, where it may (root on Debian), says what it installs, and otherwise exits 2 with the exact command.
set -euo pipefail
cd "$(dirname "$0")/.."

may_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

packages() { # packages that a target needs and dpkg does not have
  local missing=()
  for package in "$@"; do
    dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  if may_install; then
    echo "installing Debian packages: ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get install -y -qq "${missing[@]}" >/dev/null 2>&1 || { apt-get update -qq && apt-get install -y -qq "${missing[@]}" >/dev/null; }
  else
    echo "missing: ${missing[*]}. Install with: sudo apt-get install -y ${missing[*]}" >&2
    exit 2
  fi
}

sdk() {
  if ! command -v dotnet >/dev/null || ! dotnet --version >/dev/null 2>&1; then
    echo "missing: the .NET SDK of global.json (10.0.4xx or later 10.0). See https://learn.microsoft.com/dotnet/core/install/linux-debian" >&2
    exit 2
  fi
}

node_modules() { # folder: pinned npm packages, installed once
  command -v npm >/dev/null || packages nodejs npm
  if [ ! -d "$1/node_modules" ]; then
    echo "installing npm packages of $1: $(node -p "Object.entries(require('./$1/package.json').dependencies).map(e => e.join('@')).join(' ')")"
    (cd "$1" && npm install --no-audit --no-fund --no-package-lock --silent)
  fi
}

case "${1:-}" in
  rid) sdk; case "$(uname -s)-$(uname -m)" in
         Linux-x86_64) echo linux-x64 ;; Linux-aarch64) echo linux-arm64 ;; Darwin-arm64) echo osx-arm64 ;; *) echo linux-x64 ;; esac ;;
  build) sdk ;;
  demo) : ;;
  test) packages python3-cryptography; node_modules tests/outside ;;
  lint) node_modules tests/lint ;;
  aot) sdk; packages clang zlib1g-dev ;;
  *) echo "usage: prepare.sh rid|build|demo|test|lint|aot" >&2; exit 2 ;;
esac

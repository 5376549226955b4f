#!/usr/bin/env bash
# The protos are lint-clean, and change only in ways that old clients survive; the lock files fit the projects; the C# is formatted.
set -euo pipefail
cd "$(dirname "$0")/.."
buf=tests/lint/node_modules/.bin/buf
"$buf" lint
if git rev-parse --verify -q main >/dev/null && git cat-file -e main:buf.yaml 2>/dev/null; then
  "$buf" breaking --against ".git#branch=main"
fi
dotnet restore Dkm.sln --locked-mode --nologo -v quiet
dotnet format whitespace Dkm.sln --verify-no-changes --no-restore
if command -v shellcheck >/dev/null; then
  shellcheck -x deploy/*.sh tests/*.sh samples/*/*.sh .ci/run
else
  echo "lint: there is no shellcheck here, so nobody looks at the scripts"
fi
echo "lint: clean"

#!/usr/bin/env bash
# Publishes each executable as native code with warnings as errors, then drives the published binaries through the README's walk.
set -euo pipefail
cd "$(dirname "$0")/.."
rid=$1
out=artifacts/aot
# The native compiler is a package of each platform: a lock file of its own, so that the committed ones stay the same on every machine.
for project in clients/Dkm.Cli services/Dkm.Access services/Dkm.KeyRing services/Dkm.Crypto services/Dkm.Standalone samples/ConnectedAccounts; do
  echo "publishing $project as native code for $rid"
  dotnet publish "$project" --nologo -v quiet -c Release -r "$rid" -p:PublishAot=true -p:StripSymbols=true -p:NuGetLockFilePath=obj/native.lock.json -p:RestoreLockedMode=false -o "$out"
done
# shellcheck disable=SC2012 # names of our own
ls -l "$out" | awk '$9 ~ /^dkm/ && $9 !~ /\.dbg$/ { printf "%-18s %6.1f MB\n", $9, $5 / 1e6 }'
DKM_BIN="$PWD/$out" dotnet test --project tests/Dkm.IntegrationTests -c Release --filter-trait Binaries=published

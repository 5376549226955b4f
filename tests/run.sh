#!/usr/bin/env bash
# Runs test projects that are already built, and ends with the counts of all of them.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
configuration=$1; shift
# What prepare.sh found out: the container engine and the image of etcd.
# shellcheck source=/dev/null
if [ -f artifacts/test.env ]; then . artifacts/test.env; fi
passed=0; failed=0; skipped=0; status=0
failures=$(mktemp); trap 'rm -f "$failures"' EXIT
for project in "$@"; do
  log=$(mktemp)
  # A run that hangs is ended after twenty minutes and is a failure.
  timeout -k 10 1200 dotnet test --project "tests/Dkm.$project" -c "$configuration" --no-build --no-ansi \
    --results-directory "$PWD/artifacts/tests" --report-xunit-junit --report-xunit-junit-filename "$project.xml" 2>&1 | tee "$log"
  code=${PIPESTATUS[0]}
  count() { sed -nE "s/^ *$1: ([0-9]+)\$/\1/p" "$log" | tail -n 1; }
  ran=$(count succeeded); broken=$(count failed); left=$(count skipped)
  grep -E '^failed ' "$log" >>"$failures"
  rm -f "$log"
  if [ "$code" -ne 0 ] || [ -z "$ran" ]; then
    status=1
    [ "${broken:-0}" = 0 ] && broken=1 # a run that crashed or ran nothing is a failure, and is counted as one
  fi
  passed=$((passed + ${ran:-0})); failed=$((failed + ${broken:-0})); skipped=$((skipped + ${left:-0}))
done
if [ "$skipped" -ne 0 ]; then
  echo "$skipped tests were skipped: nothing may be skipped here"
  status=1
fi
cat "$failures" # once more at the end, where a long log is cut last
echo "$passed passed, $failed failed"
exit $status

#!/usr/bin/env bash
# The story of the connected accounts, step by step, every step checked. Its own home, free ports; it ends only what it started.
# Needs dkm, dkm-standalone and connected-accounts on the path (make build puts them into artifacts/bin). On a cluster: demo-cluster.sh.
set -uo pipefail
# shellcheck source-path=SCRIPTDIR source=story.sh
. "$(dirname "$0")/story.sh"

services_pid=''
end_all() { if [ -n "$services_pid" ]; then kill "$services_pid" 2>/dev/null && wait "$services_pid" 2>/dev/null; fi; }

address() { field "$1" <"$DKM_HOME/config.json"; }
is_ready() { kill -0 "$services_pid" 2>/dev/null || fail "the services ended: $(tail -n 3 "$work/services.log")"; [ "$(grep -c '^ready' "$work/services.log")" -ge "$1" ]; }
start_services() {
  dkm-standalone --Development=true >>"$work/services.log" 2>&1 &
  services_pid=$!
  until_true 40 "the three services" is_ready "$1"
}

seconds_to_go() { [ $(( due_ms - $(now_ms) )) -le $(( $1 * 1000 )) ]; }

needs dkm dkm-standalone connected-accounts

say "Three services start on this machine: Access (who is who), KeyRing (the keys), Crypto (for those that may not hold keys)"
start_services 1
grep '^ready' "$work/services.log" | sed "s|$work|…|; s/^/   /"
export ACCOUNTS_KEYRING; ACCOUNTS_KEYRING=$(address keyring)

tell_of_group_and_ring 16s
tell_of_credentials
tell_of_thief "$ACCOUNTS_DB" "$DKM_HOME"/data/*
tell_of_denials
tell_of_copied_row

say "A worker goes to work: it reads every password five times a second, and tells what changes"
connected-accounts watch >"$work/worker.log" 2>&1 &
watch_pid=$!
until_true 30 "the worker's first look" worker_says "reads 3"
tail -n 1 "$work/worker.log" | sed 's/^/   worker: /'

tell_of_rollover " reads 3"

say "Keys also roll by themselves. The next one is published ahead of its time, so that every holder has it before it is used"
tell "(from here on a key lives 20 seconds instead of 90 days)"
expect 0 "rolls every       20s" dkm ring update $ring --period 20s
wait_for_the_next_key 6000

say "All three services are killed (kill -9). The worker goes on reading"
until_true 30 "five seconds before that" seconds_to_go 5
kill -9 "$services_pid"; wait "$services_pid" 2>/dev/null; services_pid=''
expect 6 "UNAVAILABLE" dkm ring status $ring
kill -0 "$watch_pid" || fail "the worker ended"

say "The rollover happens on time although nobody is there to make it: the worker switches by its clock"
worker_switches_on_time "with all services dead"

say "The services start again, on what they have on disk: everything still opens"
start_services 2
everything_opens
worker_never_failed
kill "$services_pid"; wait "$services_pid" || fail "the services did not end well"
services_pid=''

ends_well

#!/usr/bin/env bash
# The story of the connected accounts on a cluster, whose processes are killed one after the other while the worker works. Every step is checked. Its own
# home, free ports; it ends only what it started. Needs etcd, etcdctl and what make build leaves in artifacts/bin on the path: make demo CLUSTER=1
set -uo pipefail
cluster=$(realpath "$(dirname "$0")/../../deploy/cluster.sh")
# shellcheck source-path=SCRIPTDIR source=story.sh
. "$(dirname "$0")/story.sh"

election_limit=7000 # milliseconds: the leader's lease is 5 s; another leads within that and 2 s
end_all() { [ ! -f "$DKM_HOME/first-port" ] || "$cluster" down >/dev/null; }

kill_hard() { # NAME…
  for name in "$@"; do
    printf '   $ deploy/cluster.sh stop %s KILL\n' "$name"
    "$cluster" stop "$name" KILL || fail "$name could not be killed"
  done
}
addresses() { sed -nE '/"'"$1"'": \[/{s/.*\[(.*)\].*/\1/; s/[" ]//g; p}' "$DKM_HOME/config.json"; } # of a service, with commas
name_at() { # HOST:PORT of a replica of KeyRing
  case ",$(addresses keyring)," in ",https://$1,"*) echo keyring-1 ;; *",https://$1,") echo keyring-2 ;; *) fail "$1 is no replica of KeyRing" ;; esac
}
doctor() { dkm doctor --output json >"$work/doctor" 2>&1; }
leader() { # as dkm doctor tells it
  doctor
  local detail; detail=$(sed -n '/"name": "leader"/,/}/p' "$work/doctor" | field detail)
  [[ $detail == "keyring at "*" leads rollover" ]] && detail=${detail#keyring at } && name_at "${detail%% *}"
}
somebody_leads() { leading=$(leader); }
elected_ms() { # REPLICA: when it was elected last, by its own log; 0 if never
  local line; line=$(grep -F 'leads rollover' "$DKM_HOME/logs/$1.log" | tail -n 1)
  [ -n "$line" ] && ms_of "${line%% *}" || echo 0
}
leads_since() { [ "$(elected_ms "$1")" -gt "$2" ]; }
is_well() { dkm doctor >"$work/all" 2>&1; }
all_is_well() {
  printf '   $ dkm doctor\n'
  until_true "$1" "a doctor that finds nothing" is_well
  tail -n 6 "$work/all" >"$work/out"
  show
}

needs etcd etcdctl dkm dkm-access dkm-keyring dkm-crypto connected-accounts

say "Nine processes start on this machine: etcd as three members, and Access, KeyRing and Crypto twice each. All of them speak TLS and check each other"
"$cluster" up >"$work/up.log" 2>&1 || fail "$(tail -n 3 "$work/up.log")"
"$cluster" status >"$work/out"
show
all_is_well 10
export ACCOUNTS_KEYRING; ACCOUNTS_KEYRING=$(addresses keyring)

tell_of_group_and_ring 10s
tell_of_credentials
tell_of_thief "$ACCOUNTS_DB"
tell_of_denials
tell_of_copied_row

say "A worker goes to work: it reads every password and stores a new token five times a second, and counts what fails"
connected-accounts work >"$work/worker.log" 2>&1 &
watch_pid=$!
until_true 30 "the worker's first look" worker_says "primary"
tail -n 1 "$work/worker.log" | sed 's/^/   worker: /'

tell_of_rollover ""

say "Keys also roll by themselves. The next one is published ahead of its time, so that every holder has it before it is used"
tell "(from here on a key lives 16 seconds instead of 90 days)"
expect 0 "rolls every       16s" dkm ring update $ring --period 16s
wait_for_the_next_key 8000

say "One replica of KeyRing makes these keys: the leader. It is killed (kill -9) in the middle of the rollover: the new key is there, and not yet in use"
until_true 20 "a leader" somebody_leads
tell "dkm doctor says that $leading leads"
case $leading in keyring-1) other=keyring-2 ;; *) other=keyring-1 ;; esac
killed_ms=$(now_ms)
kill_hard "$leading"

say "The other replica leads as soon as the dead one's lease of 5 seconds is over"
until_true 15 "$other to lead" leads_since "$other" "$killed_ms"
took=$(( $(elected_ms "$other") - killed_ms ))
[ "$took" -le "$election_limit" ] || fail "that took $took ms"
[ "$(leader)" = "$other" ] || fail "dkm doctor does not say that $other leads"
tell "$other leads since $took ms after the kill, and dkm doctor says so too"

say "The rollover that the dead leader began happens on time: the worker switches by its clock"
worker_switches_on_time "its maker is dead"
first_due_ms=$due_ms

say "Then one of the three members of etcd is killed too. Administration goes on within 5 seconds"
kill_hard etcd-0
asked_ms=$(now_ms)
expect 0 "" dkm group create meanwhile --kind workload
[ $(( $(now_ms) - asked_ms )) -le 7000 ] || fail "that took $(( $(now_ms) - asked_ms )) ms" # the command's own start comes on top

say "And one Access and one Crypto, so that one of each is gone. Who works through Crypto does not notice"
kill_hard access-1 crypto-1
expect 0 "x" dkm unprotect "$work/letter.dkm" --context address=ada@hotmail.com --identity mailbox-worker --remote
kill -0 "$watch_pid" || fail "the worker ended"

say "The next rollover is the new leader's from beginning to end, with what is left of the cluster. It happens on time too"
wait_for_the_next_key 0
[ "$due_ms" -gt "$first_due_ms" ] || fail "that is the key of before"
worker_switches_on_time "one of each is dead"
between=$(( due_ms - first_due_ms )) # on a slow machine the story may take longer than one period
[ $(( (between + 100) % 16000 )) -le 200 ] || fail "that is $between ms after the first instead of 16 s, or 32"

say "dkm doctor names the four that are gone, and says what to do (exit code 1: something is broken)"
printf '   $ dkm doctor\n'
dkm doctor >"$work/out" 2>&1; code=$?
grep -vE '^ok ' "$work/out" >"$work/broken"; mv "$work/broken" "$work/out"
show
[ "$code" -eq 1 ] || fail "exit code $code instead of 1"
"$cluster" status >"$work/status"
for name in etcd-0 access-1 "$leading" crypto-1; do
  address=$(awk -v name="$name" '$1 == name { print $2 }' "$work/status")
  grep -F 'BROKEN' "$work/out" | grep -qF "$address" || fail "it does not name $name at $address"
done
[ "$(grep -c '^BROKEN' "$work/out")" = 4 ] || fail "it names other things than these"

say "They start again, on what they have on disk, and all is well"
for name in etcd-0 access-1 "$leading" crypto-1; do
  printf '   $ deploy/cluster.sh start %s\n' "$name"
  "$cluster" start "$name" || fail "$name does not start"
done
all_is_well 40

say "Everything opens, with the key that it was written with; no key is lost and none was made twice"
everything_opens
worker_never_failed
connected-accounts list >"$work/list" || fail "the database can't be read"
awk '{ print $1 }' "$work/list" | xargs connected-accounts read >"$work/out" 2>&1 || fail "$(tail -n 1 "$work/out")"
dkm key list $ring --output json >"$work/keys" || fail "the keys can't be listed"
grep -o 'key [0-9a-f-]*$' "$work/list" | sort -u | while read -r _ key; do grep -qF "$key" "$work/keys" || fail "key $key is gone"; done || exit 1
[ -z "$(grep -F '"activate_time"' "$work/keys" | sort | uniq -d)" ] || fail "two keys for one time"
tell "$(wc -l <"$work/list") secrets under $(grep -o 'key [0-9a-f-]*$' "$work/list" | sort -u | wc -l) keys"

say "A thief of etcd's data directories, the logs and the database finds no password in them"
"$cluster" down >"$work/out" || fail "the cluster does not stop"
search_works
for folder in "$DKM_HOME"/data/etcd-* "$DKM_HOME/logs" "$ACCOUNTS_DB"; do
  find "$folder" -type f -print0 | xargs -0 cat | tr -s '\0' >"$work/squeezed" # etcd's files are mostly empty space
  [ -s "$work/squeezed" ] || fail "there is nothing in $folder"
  if holds "$work/squeezed"; then fail "$folder holds a password"; fi
  tell "$(basename "$folder"): nothing in $(find "$folder" -type f | wc -l) files, $(wc -c <"$work/squeezed") bytes without the empty space"
done

ends_well

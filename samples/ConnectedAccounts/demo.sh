#!/usr/bin/env bash
# The story of the connected accounts, step by step, every step checked. Its own home, free ports; it ends only what it started.
# Needs dkm, dkm-standalone and connected-accounts on the path (make build puts them into artifacts/bin).
set -uo pipefail

work=$(mktemp -d "${TMPDIR:-/tmp}/dkm-demo.XXXXXX")
export DKM_HOME="$work/home" DKM_PORT=0
unset DKM_IDENTITY DKM_RING
export ACCOUNTS_DB="$work/accounts.db" ACCOUNTS_IDENTITY="$DKM_HOME/pki/mailbox-worker"
ring=mail/connected-accounts
worker=spiffe://dkm.local/ns/mail/sa/mailbox-worker
services_pid='' watch_pid='' steps=0
start=$SECONDS

cleanup() {
  local status=$?
  for pid in $watch_pid $services_pid; do
    kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
  done
  if [ "$status" -eq 0 ]; then rm -rf "$work"; else printf '\nwhat happened lies in %s\n' "$work"; fi
  exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

say()  { printf '\n\033[1m%d. %s\033[0m\n' $((++steps)) "$*"; }
tell() { printf '   %s\n' "$*"; }
fail() { printf '\n   NOT AS IT SHOULD BE: %s\n' "$*" >&2; exit 1; }

# expect CODE TEXT COMMAND…: runs it, shows it, and demands this exit code and this text in what it says.
expect() {
  local code=$1 text=$2 got; shift 2
  printf '   $ %s\n' "${*//$work/…}"
  "$@" >"$work/out" 2>&1; got=$?
  sed "s|$work|…|g; s/^/     /" "$work/out" | cut -c1-170 | head -n 12
  [ "$got" -eq "$code" ] || fail "exit code $got instead of $code"
  [ -z "$text" ] || grep -qF -- "$text" "$work/out" || fail "it did not say: $text"
}

# until_true SECONDS WHAT COMMAND…: waits on a condition.
until_true() {
  local limit=$(( $(now_ms) + $1 * 1000 )) what=$2; shift 2
  until "$@"; do
    [ "$(now_ms)" -lt "$limit" ] || fail "waited in vain for: $what"
    sleep 0.1
  done
}

now_ms()  { date +%s%3N; }
field()   { sed -nE "s/^ *\"$1\": \"?([^\",]*)\"?,?\$/\1/p" | head -n 1; } # of dkm's JSON
address() { field "$1" <"$DKM_HOME/config.json"; }

is_ready() { kill -0 "$services_pid" 2>/dev/null || fail "the services ended: $(tail -n 3 "$work/services.log")"; [ "$(grep -c '^ready' "$work/services.log")" -ge "$1" ]; }
start_services() {
  dkm-standalone --Development=true >>"$work/services.log" 2>&1 &
  services_pid=$!
  until_true 40 "the three services" is_ready "$1"
}

store() { # PROVIDER ADDRESS SECRET
  printf '   $ connected-accounts add %s %s      (the secret comes through standard input)\n' "$1" "$2"
  printf '%s' "$3" | connected-accounts add "$1" "$2" >"$work/out" 2>&1 || fail "$(cat "$work/out")"
}

reverse() { local text=$1 out='' i; for ((i = ${#text} - 1; i >= 0; i--)); do out+=${text:i:1}; done; printf '%s' "$out"; }
hex()     { od -An -v -tx1 | tr -d ' \n'; }
holds() { # FILE SECRET: in any of the spellings in which a thief would look for it
  local file=$1 secret=$2 shift skip coded
  grep -qaF -- "$secret" "$file" && return 0
  grep -qaF -- "$(reverse "$secret")" "$file" && return 0
  hex <"$file" | grep -qF -- "$(printf '%s' "$secret" | hex)" && return 0
  grep -qaiF -- "$(printf '%s' "$secret" | hex)" "$file" && return 0
  for shift in 0 1 2; do # base64 looks different at each of three places
    coded=$(printf '%*s%s' "$shift" '' "$secret" | base64 -w0 | tr -d =)
    skip=$(( (shift * 8 + 5) / 6 ))
    coded=${coded:skip:${#coded}-skip-1}
    grep -qaF -- "$coded" "$file" && return 0
    grep -qaF -- "$(printf '%s' "$coded" | tr '+/' '-_')" "$file" && return 0
  done
  return 1
}

status() { dkm ring status $ring --output json; }
everyone_holds_the_next_key() {
  status >"$work/status"
  [ -n "$(next_key)" ] && [ "$(field holder_count <"$work/status")" -ge 1 ] \
    && [ "$(field holder_count <"$work/status")" = "$(field current_holder_count <"$work/status")" ] \
    && [ $(( $(ms_of "$(next_time)") - $(now_ms) )) -ge 6000 ] # time enough to tell the story
}
ms_of() { date -d "$1" +%s%3N; }
next_key() { sed -n '/"next_key"/,/}/p' "$work/status" | field id; }
next_time() { sed -n '/"next_key"/,/}/p' "$work/status" | field activate_time; }
worker_says() { grep -qF -- "$1" "$work/worker.log"; }

for program in dkm dkm-standalone connected-accounts; do
  command -v $program >/dev/null || fail "$program is not on the path; run: make demo"
done

say "Three services start on this machine: Access (who is who), KeyRing (the keys), Crypto (for those that may not hold keys)"
start_services 1
grep '^ready' "$work/services.log" | sed "s|$work|…|; s/^/   /"
export ACCOUNTS_KEYRING; ACCOUNTS_KEYRING=$(address keyring)

say "An administrator makes a group, puts the mailbox worker into it, and makes a key ring that only this group may hold"
expect 0 "mailbox-workers" dkm group create mailbox-workers --kind workload
expect 0 "$worker" dkm group add mailbox-workers $worker
expect 0 "mailbox-workers=hold" dkm ring create $ring --bind mailbox-workers=hold --lead 1s --key-lease 16s

say "The worker stores its users' passwords of other mail providers. It encrypts them itself, before they reach the database"
secrets=(hotmail-Pa55word-of-ada gmail-Pa55word-of-bob yahoo-Pa55word-of-eve)
store hotmail ada@hotmail.com "${secrets[0]}"
store gmail bob@gmail.com "${secrets[1]}"
store yahoo eve@yahoo.com "${secrets[2]}"
expect 0 "${secrets[0]}" connected-accounts read ada@hotmail.com

say "A thief of the database files finds no password in them: not as it is, not in base64, hex or reversed"
printf 'xx%s' "$(printf '%s' "${secrets[0]}" | base64 -w0)" >"$work/probe"
holds "$work/probe" "${secrets[0]}" || fail "the search itself does not work"
for file in "$ACCOUNTS_DB" "$DKM_HOME"/data/*; do
  for secret in "${secrets[@]}"; do
    holds "$file" "$secret" && fail "$file holds $secret"
  done
  tell "$(basename "$file"): nothing"
done

say "Another workload is denied, and told why and what to do"
expect 0 "newsletter" dkm pki issue newsletter --id spiffe://dkm.local/ns/marketing/sa/newsletter
ACCOUNTS_IDENTITY="$DKM_HOME/pki/newsletter" expect 3 "PermissionDenied" connected-accounts read ada@hotmail.com
printf 'x' >"$work/letter"
expect 3 "dkm group add" dkm protect "$work/letter" --ring $ring --identity newsletter --out "$work/letter.dkm"
[ ! -e "$work/letter.dkm" ] || fail "a file was written"

say "The administrator is denied too: who manages keys does not use them"
expect 0 "" dkm protect "$work/letter" --ring $ring --context address=ada@hotmail.com --identity mailbox-worker --out "$work/letter.dkm"
expect 3 "humans never reach keys" dkm unprotect "$work/letter.dkm" --context address=ada@hotmail.com

say "And she can't put herself, or any human, into the group"
expect 5 "WRONG_KIND" dkm group add mailbox-workers spiffe://dkm.local/human/admin

say "A row that is copied onto another address does not open: the address is bound to what was encrypted"
cp "$ACCOUNTS_DB" "$work/stolen.db"
ACCOUNTS_DB="$work/stolen.db" connected-accounts copy ada@hotmail.com mallory@hotmail.com || fail "the copy could not be made"
ACCOUNTS_DB="$work/stolen.db" expect 5 "CANNOT_OPEN" connected-accounts read mallory@hotmail.com

say "A worker goes to work: it reads every password five times a second, and tells what changes"
connected-accounts watch >"$work/worker.log" 2>&1 &
watch_pid=$!
until_true 30 "the worker's first look" worker_says "reads 3"
tail -n 1 "$work/worker.log" | sed 's/^/   worker: /'

say "The ring rolls over to a new key. Old passwords open with the old key, new ones get the new key"
expect 0 "is primary" dkm ring roll $ring --immediate --wait
rolled=$(status | sed -n '/"primary_key"/,/}/p' | field id)
until_true 15 "the worker to use the new key" worker_says "primary $rolled reads 3"
store gmail zoe@gmail.com zoes-new-Pa55word
expect 0 "$rolled" connected-accounts list
[ "$(awk '{ print $NF }' "$work/out" | sort -u | wc -l)" = 2 ] || fail "two keys should be in use"
expect 0 "${secrets[0]}" connected-accounts read ada@hotmail.com zoe@gmail.com
[ "$(cat "$work/out")" = "$(printf '%s\n' "${secrets[0]}" zoes-new-Pa55word)" ] || fail "not what was stored"

say "Keys also roll by themselves. The next one is published ahead of its time, so that every holder has it before it is used"
tell "(from here on a key lives 20 seconds instead of 90 days)"
expect 0 "rolls every       20s" dkm ring update $ring --period 20s
until_true 60 "the next key at every holder" everyone_holds_the_next_key
next=$(next_key); due=$(next_time); due_ms=$(ms_of "$due")
tell "key $next becomes primary at $due; held by $(field current_holder_count <"$work/status") of $(field holder_count <"$work/status")"

say "All three services are killed (kill -9). The worker goes on reading"
until_true 30 "five seconds before that" eval '[ $(( due_ms - $(now_ms) )) -le 5000 ]'
kill -9 "$services_pid"; wait "$services_pid" 2>/dev/null; services_pid=''
expect 6 "UNAVAILABLE" dkm ring status $ring
kill -0 "$watch_pid" || fail "the worker ended"

say "The rollover happens on time although nobody is there to make it: the worker switches by its clock"
until_true 10 "the worker to use the next key" worker_says "primary $next"
line=$(grep -F "primary $next" "$work/worker.log" | head -n 1)
tell "worker: $line"
late=$(( $(date -d "$(date -u +%F)T${line%% *}Z" +%s%3N) - due_ms ))
[ "$late" -ge 0 ] && [ "$late" -le 1500 ] || fail "$late ms after its time"
tell "$late ms after its time, with all services dead"

say "The services start again, on what they have on disk: everything still opens"
start_services 2
expect 0 "${secrets[0]}" connected-accounts read ada@hotmail.com bob@gmail.com eve@yahoo.com zoe@gmail.com
[ "$(cat "$work/out")" = "$(printf '%s\n' "${secrets[@]}" zoes-new-Pa55word)" ] || fail "not what was stored"
expect 0 "x" dkm unprotect "$work/letter.dkm" --context address=ada@hotmail.com --identity mailbox-worker
grep -q FAILED "$work/worker.log" && fail "the worker had a failure: $(grep FAILED "$work/worker.log" | head -n 1)"
kill "$watch_pid"; wait "$watch_pid" || fail "the worker did not end well"
watch_pid=''
kill "$services_pid"; wait "$services_pid" || fail "the services did not end well"
services_pid=''
tell "the worker never failed; what it saw:"
sed 's/^/     /' "$work/worker.log"

printf '\n\033[1mEvery step held, in %d seconds.\033[0m\n' $((SECONDS - start))

# What both demos have in common; sourced by demo.sh and demo-cluster.sh, which define end_all (ends what they started).
# shellcheck shell=bash

work=$(mktemp -d "${TMPDIR:-/tmp}/dkm-demo.XXXXXX")
export DKM_HOME="$work/home" DKM_PORT=0
unset DKM_IDENTITY DKM_RING ACCOUNTS_TRUST ACCOUNTS_RING
export ACCOUNTS_DB="$work/accounts.db" ACCOUNTS_IDENTITY="$DKM_HOME/pki/mailbox-worker"
ring=mail/connected-accounts
worker=spiffe://dkm.local/ns/mail/sa/mailbox-worker
secrets=(hotmail-Pa55word-of-ada gmail-Pa55word-of-bob yahoo-Pa55word-of-eve)
new_secret=zoes-new-Pa55word
watch_pid='' steps=0
start=$SECONDS

cleanup() {
  local status=$?
  trap '' INT TERM # once is enough
  if [ -n "$watch_pid" ]; then kill "$watch_pid" 2>/dev/null && wait "$watch_pid" 2>/dev/null; fi
  end_all
  if [ "$status" -eq 0 ]; then rm -rf "$work"; else printf '\nwhat happened lies in %s\n' "$work"; fi
  exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

say()  { printf '\n\033[1m%d. %s\033[0m\n' $((++steps)) "$*"; }
tell() { printf '   %s\n' "$*"; }
fail() { printf '\n   NOT AS IT SHOULD BE: %s\n' "$*" >&2; exit 1; }
show() { sed "s|$work|…|g; s/^/     /" "$work/out" | cut -c1-170 | head -n 12; }
needs() { for program in "$@"; do command -v "$program" >/dev/null || fail "$program is not on the path; run: make demo"; done; }
ends_well() { printf '\n\033[1mEvery step held, in %d seconds.\033[0m\n' $((SECONDS - start)); }

# expect CODE TEXT COMMAND…: runs it, shows it, and demands this exit code and this text in what it says.
expect() {
  local code=$1 text=$2 got; shift 2
  printf '   $ %s\n' "${*//$work/…}"
  "$@" >"$work/out" 2>&1; got=$?
  show
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

now_ms() { date +%s%3N; }
ms_of()  { date -d "$1" +%s%3N; }
field()  { sed -nE "s/^ *\"$1\": \"?([^\",]*)\"?,?\$/\1/p" | head -n 1; } # of dkm's JSON

store() { # PROVIDER ADDRESS SECRET
  printf '   $ connected-accounts add %s %s      (the secret comes through standard input)\n' "$1" "$2"
  printf '%s' "$3" | connected-accounts add "$1" "$2" >"$work/out" 2>&1 || fail "$(cat "$work/out")"
}

reverse() { local text=$1 out='' i; for ((i = ${#text} - 1; i >= 0; i--)); do out+=${text:i:1}; done; printf '%s' "$out"; }
hex()     { od -An -v -tx1 | tr -d ' \n'; }
patterns() { # SECRET: the spellings in which a thief would look for it
  local secret=$1 shift skip coded
  printf '%s\n%s\n%s\n%s\n' "$secret" "$(reverse "$secret")" "$(printf '%s' "$secret" | hex)" "$(printf '%s' "$secret" | hex | tr a-f A-F)"
  for shift in 0 1 2; do # base64 looks different at each of three places
    coded=$(printf '%*s%s' "$shift" '' "$secret" | base64 -w0 | tr -d =)
    skip=$(( (shift * 8 + 5) / 6 ))
    coded=${coded:skip:${#coded}-skip-1}
    printf '%s\n%s\n' "$coded" "$(printf '%s' "$coded" | tr '+/' '-_')"
  done
}
all_patterns() { for secret in "${secrets[@]}" "$new_secret"; do patterns "$secret"; done; }
holds() { [ -s "$work/patterns" ] || all_patterns >"$work/patterns"; grep -qaF -f "$work/patterns" -- "$1"; } # FILE: any of the secrets, in any spelling
search_works() { # the search finds what is there, or finding nothing says nothing
  local form
  for form in "${secrets[0]}" "$(reverse "${secrets[0]}")" "$(printf '%s' "${secrets[0]}" | hex)" "$(printf 'x%s' "${secrets[0]}" | base64 -w0)"; do
    printf 'xx%s' "$form" >"$work/probe"
    holds "$work/probe" || fail "the search itself does not work"
  done
}

status() { dkm ring status $ring --output json; }
next_key()  { sed -n '/"next_key"/,/}/p' "$work/status" | field id; }
next_time() { sed -n '/"next_key"/,/}/p' "$work/status" | field activate_time; }
everyone_holds_the_next_key() { # with this many milliseconds left until its time, enough to tell the story
  status >"$work/status"
  [ -n "$(next_key)" ] && [ "$(field holder_count <"$work/status")" -ge 1 ] \
    && [ "$(field holder_count <"$work/status")" = "$(field current_holder_count <"$work/status")" ] \
    && [ $(( $(ms_of "$(next_time)") - $(now_ms) )) -ge "$1" ]
}
wait_for_the_next_key() { # MILLISECONDS: leaves next, due and due_ms
  until_true 60 "the next key at every holder" everyone_holds_the_next_key "$1"
  next=$(next_key); due=$(next_time); due_ms=$(ms_of "$due")
  tell "key $next becomes primary at $due; held by $(field current_holder_count <"$work/status") of $(field holder_count <"$work/status")"
}
worker_says() { grep -qF -- "$1" "$work/worker.log"; }
worker_switches_on_time() {
  local line late
  until_true $(( (due_ms - $(now_ms)) / 1000 + 10 )) "the worker to use the next key" worker_says "primary $next"
  line=$(grep -F "primary $next" "$work/worker.log" | head -n 1)
  tell "worker: $line"
  late=$(( $(ms_of "$(date -u +%F)T${line%% *}Z") - due_ms ))
  [ "$late" -lt 80000000 ] || late=$((late - 86400000)) # it was midnight in between
  if [ "$late" -lt 0 ] || [ "$late" -gt 1500 ]; then fail "$late ms after its time"; fi
  tell "$late ms after its time${1:+, $1}"
}

tell_of_group_and_ring() { # LEASE
  say "An administrator makes a group, puts the mailbox worker into it, and makes a key ring that only this group may hold"
  expect 0 "mailbox-workers" dkm group create mailbox-workers --kind workload
  expect 0 "$worker" dkm group add mailbox-workers $worker
  expect 0 "mailbox-workers=hold" dkm ring create $ring --bind mailbox-workers=hold --lead 1s --key-lease "$1"
}

tell_of_credentials() {
  say "The worker stores its users' passwords of other mail providers. It encrypts them itself, before they reach the database"
  store hotmail ada@hotmail.com "${secrets[0]}"
  store gmail bob@gmail.com "${secrets[1]}"
  store yahoo eve@yahoo.com "${secrets[2]}"
  expect 0 "${secrets[0]}" connected-accounts read ada@hotmail.com
}

tell_of_thief() { # FILE…
  say "A thief of the database files finds no password in them: not as it is, not in base64, hex or reversed"
  search_works
  local file
  for file in "$@"; do
    if holds "$file"; then fail "$file holds a password"; fi
    tell "$(basename "$file"): nothing"
  done
}

tell_of_denials() {
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
}

tell_of_copied_row() {
  say "A row that is copied onto another address does not open: the address is bound to what was encrypted"
  cp "$ACCOUNTS_DB" "$work/stolen.db"
  ACCOUNTS_DB="$work/stolen.db" connected-accounts copy ada@hotmail.com mallory@hotmail.com || fail "the copy could not be made"
  ACCOUNTS_DB="$work/stolen.db" expect 5 "CANNOT_OPEN" connected-accounts read mallory@hotmail.com
}

tell_of_rollover() { # TEXT that the worker says after the key's id
  say "The ring rolls over to a new key. Old passwords open with the old key, new ones get the new key"
  expect 0 "is primary" dkm ring roll $ring --immediate --wait
  local rolled; rolled=$(status | sed -n '/"primary_key"/,/}/p' | field id)
  until_true 15 "the worker to use the new key" worker_says "primary $rolled$1"
  store gmail zoe@gmail.com "$new_secret"
  connected-accounts list >"$work/list" 2>&1 || fail "$(cat "$work/list")"
  grep -E '^(ada|bob|eve|zoe)@' "$work/list" >"$work/out"
  tell '$ connected-accounts list'
  show
  [ "$(awk '{ print $NF }' "$work/out" | sort -u | wc -l)" = 2 ] || fail "two keys should be in use"
  [ "$(awk '/^zoe@/ { print $NF }' "$work/out")" = "$rolled" ] || fail "the new password should have the new key"
  expect 0 "${secrets[0]}" connected-accounts read ada@hotmail.com zoe@gmail.com
  [ "$(cat "$work/out")" = "$(printf '%s\n' "${secrets[0]}" "$new_secret")" ] || fail "not what was stored"
}

everything_opens() {
  expect 0 "${secrets[0]}" connected-accounts read ada@hotmail.com bob@gmail.com eve@yahoo.com zoe@gmail.com
  [ "$(cat "$work/out")" = "$(printf '%s\n' "${secrets[@]}" "$new_secret")" ] || fail "not what was stored"
  expect 0 "x" dkm unprotect "$work/letter.dkm" --context address=ada@hotmail.com --identity mailbox-worker
}

worker_never_failed() { # ends it
  grep -q FAILED "$work/worker.log" && fail "the worker had a failure: $(grep FAILED "$work/worker.log" | head -n 1)"
  kill "$watch_pid"; wait "$watch_pid" || fail "the worker did not end well: $(tail -n 1 "$work/worker.log")"
  watch_pid=''
  tell "the worker never failed; what it saw:"
  sed 's/^/     /' "$work/worker.log"
}

#!/usr/bin/env bash
# A DKM cluster on this machine for development: three etcd members, two replicas of each service, TLS everywhere. It ends only what it started.
#   cluster.sh up | down | status | check | start NAME | stop NAME [SIGNAL]      NAME: etcd-0..2, access-1..2, keyring-1..2, crypto-1..2
# DKM_HOME: where everything lies [./.dkm-cluster]. DKM_PORT: the first of 18 ports of 127.0.0.1 [9440]; 0 picks free ones.
set -euo pipefail
umask 077

self=$(realpath "$0")
home=$(realpath -m "${DKM_HOME:-$PWD/.dkm-cluster}")
export DKM_HOME=$home
unset DKM_IDENTITY DKM_RING
restore=''; [[ ${DKM__Store__AwaitRestore:-} != [Tt]rue ]] || restore=yes # the one setting that this passes on: docs/BACKUP.md
# Settings of something else on this machine.
for name in $(compgen -e | grep -E '^(ETCD_|ETCDCTL_|DKM__)' || true); do unset "$name"; done
[ "$(uname -m)" != aarch64 ] || export ETCD_UNSUPPORTED_ARCH=arm64 # before 3.5 etcd does not start there without
services='access keyring crypto' members='0 1 2' domain=dkm.local
all='etcd-0 etcd-1 etcd-2 access-1 access-2 keyring-1 keyring-2 crypto-1 crypto-2'

died=''
exec 8>&2 # a signal may come while a command that says nothing is waited for
die() { died=yes; echo "cluster: $*" >&2; exit "${code:-1}"; }
refuse() { code=2 die "$@"; }

# Ports, by their place behind the first: services 0-5, health 6-11, etcd for clients 12-14, for members 15-17.
place() { case $1 in access-*) echo $((${1##*-} - 1)) ;; keyring-*) echo $((${1##*-} + 1)) ;; crypto-*) echo $((${1##*-} + 3)) ;; esac; }
port() { echo $((first + $(place "$1"))); }
health() { echo $((first + 6 + $(place "$1"))); }
client() { echo $((first + 12 + $1)); }
peer() { echo $((first + 15 + $1)); }

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

taken() { for i in $(seq 0 17); do if listens $((first + i)); then echo $((first + i)); return; fi; done; }

choose_ports() { # the ports of last time, which etcd's members know each other by, else those asked for
  local asked=${DKM_PORT:-9440} port
  [[ $asked =~ ^(0|[1-9][0-9]{3,4})$ ]] || asked=1
  if [ "$asked" != 0 ] && { [ "$asked" -lt 1024 ] || [ "$asked" -gt 65518 ]; }; then refuse "DKM_PORT=$DKM_PORT is no number from 1024 to 65518, nor 0 for free ports"; fi
  if [ -f "$home/first-port" ]; then
    first=$(<"$home/first-port")
    port=$(taken)
    [ -z "$port" ] || refuse "port $port of 127.0.0.1, which this cluster had, is in use by another program: end that, or make another cluster (DKM_HOME=… DKM_PORT=0)"
  elif [ "$asked" != 0 ]; then
    first=$asked
    port=$(taken)
    [ -z "$port" ] || refuse "port $port of 127.0.0.1 is in use by another program; DKM_PORT=N takes N to N+17, DKM_PORT=0 free ones"
  else
    until first=$((20000 + RANDOM % 12000)); [ -z "$(taken)" ]; do :; done
  fi
}

# A process is ours if its id stands in our file and its command line names our home: ids are used again.
is_ours() {
  local words=()
  { mapfile -d '' words <"/proc/$1/cmdline"; } 2>/dev/null || return 1
  [[ "${words[*]} " == *" --config $home/config/"* || "${words[*]} " == *" --data-dir=$home/data/etcd-"* ]]
}
pid_of() { local pid; [ -f "$home/run/$1.pid" ] && pid=$(<"$home/run/$1.pid") && is_ours "$pid" && echo "$pid"; }
strays() { # ours whose home was removed, or whose start was interrupted
  local process
  for process in /proc/[0-9]*; do
    if [ -O "$process" ] && is_ours "${process#/proc/}"; then echo "${process#/proc/}"; fi
  done
}

launch() { # NAME COMMAND…: in a session of its own, so that a Ctrl-C here does not reach it
  local name=$1; shift
  setsid "$@" </dev/null >>"$home/logs/$name.log" 2>&1 8>&- 9>&- &
  echo $! >"$home/run/$name.pid"
}

start() {
  local pid
  if pid=$(pid_of "$1"); then kill -CONT "$pid" 2>/dev/null || true; return 0; fi
  case $1 in
    etcd-[0-2])
      local i=${1#etcd-} pki=$home/pki/$1 cluster=''
      for m in $members; do cluster+="${cluster:+,}etcd-$m=https://127.0.0.1:$(peer "$m")"; done
      launch "$1" etcd --name="$1" --data-dir="$home/data/$1" --initial-cluster="$cluster" --initial-cluster-state=new \
        --listen-client-urls="https://127.0.0.1:$(client "$i")" --advertise-client-urls="https://127.0.0.1:$(client "$i")" \
        --listen-peer-urls="https://127.0.0.1:$(peer "$i")" --initial-advertise-peer-urls="https://127.0.0.1:$(peer "$i")" \
        --client-cert-auth=true --trusted-ca-file="$pki/ca.crt" --cert-file="$pki/tls.crt" --key-file="$pki/tls.key" \
        --peer-client-cert-auth=true --peer-trusted-ca-file="$pki/ca.crt" --peer-cert-file="$pki/tls.crt" --peer-key-file="$pki/tls.key" \
        --auto-compaction-mode=periodic --auto-compaction-retention=1h --enable-grpc-gateway=false --logger=zap --log-level=warn ;;
    access-[12]|keyring-[12]|crypto-[12])
      local state=()
      case $1 in crypto-*) ;; *) mkdir -p "$home/state/$1"; state=("--Store:StateDirectory=$home/state/$1" ${restore:+--Store:AwaitRestore=true}) ;; esac
      launch "$1" "dkm-${1%-*}" --config "$home/config/${1%-*}.json" "--Server:Listen=127.0.0.1:$(port "$1")" "--Server:Health=127.0.0.1:$(health "$1")" "${state[@]}" ;;
    *) die "there is no $1: $all" ;;
  esac
}

stop() { # NAME [SIGNAL]
  local pid
  case ${2:-TERM} in TERM|INT|KILL|STOP|CONT) ;; *) refuse "a signal is TERM, INT, KILL, STOP or CONT" ;; esac
  pid=$(pid_of "$1") || { rm -f "$home/run/$1.pid"; return 0; }
  kill "-${2:-TERM}" "$pid" 2>/dev/null || true
  case ${2:-TERM} in STOP|CONT) return 0 ;; esac
  kill -CONT "$pid" 2>/dev/null || true
  for _ in $(seq 100); do [ -d "/proc/$pid" ] || break; sleep 0.1; done
  [ ! -d "/proc/$pid" ] || kill -KILL "$pid" 2>/dev/null || true
  rm -f "$home/run/$1.pid"
}

ready() {
  case $1 in
    etcd-*) listens "$(client "${1#etcd-}")" ;;
    *) (exec 3<>"/dev/tcp/127.0.0.1/$(health "$1")" && printf 'GET /readyz HTTP/1.0\r\n\r\n' >&3 && read -r -t 2 line <&3 && [[ $line == *' 200 '* ]]) 2>/dev/null ;;
  esac
}

await() { # SECONDS NAME…
  local end=$((SECONDS + $1)); shift
  for name in "$@"; do
    until ready "$name" || { [ -n "$restore" ] && listens "$(health "$name")"; }; do # what awaits a restore is not ready before
      pid_of "$name" >/dev/null || die "$name has ended; the end of $home/logs/$name.log:"$'\n'"$(tail -n 3 "$home/logs/$name.log")"
      [ $SECONDS -lt $end ] || die "$name does not become ready; see $home/logs/$name.log"
      sleep 0.1
    done
  done
}

issue() { [ -f "$home/pki/$1/ca.crt" ] || dkm pki issue "$@" >/dev/null || die "no certificate for $1 could be made"; } # the file that is written last

list() { local text=''; for item in "$@"; do text+="${text:+, }\"$item\""; done; echo "[$text]"; }
addresses() { list "https://127.0.0.1:$(port "$1-1")" "https://127.0.0.1:$(port "$1-2")"; }

configure() { # certificates, roots, one file of configuration for each service, and the home's own
  dkm pki init >/dev/null || die "the development CAs could not be made"
  for m in $members; do issue "etcd-$m" --etcd member; done
  for name in root dkm-access dkm-keyring; do issue "$name" --etcd client; done
  local tls store etcd=()
  for m in $members; do etcd+=("https://127.0.0.1:$(client "$m")"); done
  for s in $services; do
    tls="\"Tls\": {\"TrustDomain\": \"$domain\", \"CertificateFile\": \"$home/pki/$s/tls.crt\", \"KeyFile\": \"$home/pki/$s/tls.key\", \"DeniedFile\": \"$home/pki/denied\",
    \"ServiceCaFile\": \"$home/pki/ca/service/ca.crt\", \"WorkloadCaFile\": \"$home/pki/ca/workload/ca.crt\",
    \"HumanCaFile\": \"$home/pki/ca/human/ca.crt\", \"ElevatedCaFile\": \"$home/pki/ca/elevated/ca.crt\"}"
    store="\"Root\": {\"File\": \"$home/roots/$s.root\"},
  \"Store\": {\"Etcd\": {\"Endpoints\": $(list "${etcd[@]}"),
    \"CertificateFile\": \"$home/pki/dkm-$s/tls.crt\", \"KeyFile\": \"$home/pki/dkm-$s/tls.key\", \"CaFile\": \"$home/pki/ca/etcd/ca.crt\"}}"
    {
      printf '{\n  "Development": true,\n  %s' "$tls"
      [ "$s" = crypto ] || printf ',\n  %s' "$store"
      [ "$s" != access ] || printf ',\n  "FirstAdministrators": ["spiffe://%s/human/admin"]' "$domain"
      [ "$s" != access ] || printf ',\n  "Elevation": {"CaFile": "%s", "CaKeyFile": "%s"}' "$home/pki/ca/elevated/ca.crt" "$home/pki/ca/elevated/ca.key"
      [ "$s" = access ] || printf ',\n  "Access": {"Addresses": %s}' "$(addresses access)"
      [ "$s" != crypto ] || printf ',\n  "KeyRing": {"Addresses": %s}' "$(addresses keyring)"
      printf '\n}\n'
    } >"$home/config/$s.json"
    # Both replicas have the same root; the first of two that start together would not have made it yet.
    [ "$s" = crypto ] || [ -f "$home/roots/$s.root" ] || { head -c 32 /dev/urandom >"$home/roots/$s.new" && mv "$home/roots/$s.new" "$home/roots/$s.root"; }
  done
  printf '{\n  "trust_domain": "%s",\n  "access": %s,\n  "keyring": %s,\n  "crypto": %s,\n  "health": "http://127.0.0.1:%s"\n}\n' \
    "$domain" "$(addresses access)" "$(addresses keyring)" "$(addresses crypto)" "$(health access-1)" >"$home/config.json"
}

etcdctl_as_root() {
  ETCDCTL_API=3 etcdctl --endpoints="https://127.0.0.1:$(client 0),https://127.0.0.1:$(client 1),https://127.0.0.1:$(client 2)" \
    --cacert="$home/pki/root/ca.crt" --cert="$home/pki/root/tls.crt" --key="$home/pki/root/tls.key" "$@"
}

once() { # an etcdctl command that may have been done already, by a start that was interrupted
  local said
  said=$(etcdctl_as_root "$@" 2>&1) || [[ $said == *already* ]] || die "the roles in etcd could not be made: etcdctl $*: $said"
  echo "$said" >>"$home/logs/roles.log"
}

roles() { # each service into its own prefix, once (docs/etcd.md)
  [ ! -f "$home/roles" ] || return 0
  local end=$((SECONDS + 30))
  until etcdctl_as_root endpoint health >/dev/null 2>&1; do [ $SECONDS -lt $end ] || die "etcd does not become healthy; see $home/logs"; sleep 0.2; done
  for s in access keyring; do
    once role add "dkm-$s"
    once role grant-permission "dkm-$s" readwrite --prefix=true "/dkm/v1/$s/"
    once role grant-permission "dkm-$s" readwrite --prefix=true /dkm/v1/meta/
    once user add "dkm-$s" --no-password
    once user grant-role "dkm-$s" "dkm-$s"
  done
  once user add root --no-password
  once role add root
  once user grant-role root root
  once auth enable
  touch "$home/roles"
}

check() { # what can be known before anything is built or started
  for program in etcd etcdctl setsid flock; do
    command -v "$program" >/dev/null || refuse "$program is not on the path. On Debian: sudo apt-get install -y etcd-server etcd-client util-linux"
  done
  [ -d /proc/self ] || refuse "this script finds its processes in /proc, which this system does not have"
  [ ! -f "$home/config.json" ] || [ -d "$home/run" ] || refuse "$home is the home of something else (dkm dev?); name another: DKM_HOME"
  local runs='' rests=''
  for name in $all; do if pid_of "$name" >/dev/null; then runs+=" $name"; else rests+=" $name"; fi; done
  [ -z "$runs" ] || [ -z "$rests" ] || refuse "it runs already in $home, but for$rests; to start one of these: '$self' start NAME; to end all of it: '$self' down"
  [ -z "$runs" ] || refuse "it runs already in $home; what it is: '$self' status; to end it: '$self' down"
  [ -z "$(strays)" ] || refuse "processes of a cluster in $home, which was removed, still run; to end them: '$self' down"
  choose_ports
}

undo() { # a start that failed or was interrupted leaves nothing running
  local status=$?
  trap '' INT TERM
  trap - EXIT
  down >/dev/null
  [ -n "$died" ] || [ "$status" -ne 2 ] || status=130 # so bash ends where a signal comes within a $(…)
  echo "cluster: not started; nothing of it runs" >&8
  exit "$status"
}

up() {
  for program in dkm dkm-access dkm-keyring dkm-crypto; do
    command -v "$program" >/dev/null || refuse "$program is not on the path: make build"
  done
  check
  local again=''; [ ! -f "$home/started" ] || again=yes
  mkdir -p "$home"/{run,logs,data,roots,config}
  alone
  trap undo EXIT
  trap 'exit 130' INT TERM
  echo "$first" >"$home/first-port"
  echo "starting three members of etcd and two replicas of each service; that may take a minute"
  configure
  for m in $members; do start "etcd-$m"; done
  roles
  for s in $services; do start "$s-1"; start "$s-2"; done
  await 60 access-1 access-2 keyring-1 keyring-2 crypto-1 crypto-2
  touch "$home/started"
  trap - EXIT INT TERM
  echo
  status
  echo
  echo "Development=true: identities and CA keys lie in the home, whoever reads it can be anybody. Paste into a terminal:"
  echo
  echo "  export PATH=$(quoted "$(dirname "$(command -v dkm)")"):\"\$PATH\" DKM_HOME=$(quoted "$home")"
  if [ -n "$restore" ]; then
    echo "  dkm restore FILE                                 # what an empty store waits for, and is not ready before (docs/BACKUP.md)"
  elif [ -n "$again" ]; then
    echo "  dkm ring list                                    # what was there is there again"
  else
    echo "  dkm group create mailbox-workers --kind workload && dkm group add mailbox-workers spiffe://$domain/ns/mail/sa/mailbox-worker"
    echo "  dkm ring create mail/connected-accounts --bind mailbox-workers=hold"
    echo "  echo -n 'hunter2' | dkm protect --ring mail/connected-accounts --context address=ada@hotmail.com --identity mailbox-worker --out cluster-secret.dkm"
    echo "  $(quoted "$self") stop keyring-1 KILL            # any of them; one etcd member, one replica of each service"
    echo "  dkm unprotect cluster-secret.dkm --context address=ada@hotmail.com --identity mailbox-worker; echo"
    echo "  $(quoted "$self") start keyring-1"
  fi
  echo "  dkm doctor                                       # how it is, and what to do about it"
  echo
  echo "To end it (the data stays): make cluster-down, or $(quoted "$self") down with the same DKM_HOME"
}

quoted() { printf "'%s'" "${1//\'/\'\\\'\'}"; }

alone() { exec 9>"$home/run/lock"; flock -n 9 || refuse "another $(basename "$self") starts or ends the cluster in $home just now"; }

paused() { grep -q '^State:[[:space:]]*T' "/proc/$1/status" 2>/dev/null; }

status() {
  for name in $all; do
    local address pid
    case $name in etcd-*) address="127.0.0.1:$(client "${name#etcd-}")" ;; *) address="127.0.0.1:$(port "$name")  http://127.0.0.1:$(health "$name")/readyz" ;; esac
    if pid=$(pid_of "$name"); then
      printf '%-10s %s  pid %s%s\n' "$name" "$address" "$pid" "$(if paused "$pid"; then echo '  paused'; else ready "$name" || echo '  not ready'; fi)"
    else
      printf '%-10s %s  not running\n' "$name" "$address"
    fi
  done
}

down() { # the services first: they step down while they still have a store
  local names stops
  for names in 'crypto-1 crypto-2 keyring-1 keyring-2 access-1 access-2' 'etcd-0 etcd-1 etcd-2'; do
    stops=()
    for name in $names; do
      stop "$name" &
      stops+=($!)
    done
    wait "${stops[@]}" || true # these alone: what this shell has started itself it would wait for as well
  done
  for pid in $(strays); do kill -KILL "$pid" 2>/dev/null || true; done
  [ ! -d "$home" ] || echo "stopped; the data stays in $home, which may be removed"
}

known() { [ -f "$home/first-port" ] || refuse "there is no cluster in $home; name its home (DKM_HOME) or make one: make cluster"; first=$(<"$home/first-port"); }
one_of_them() { case " $all " in *" ${1:-} "*) ;; *) refuse "which? $all" ;; esac; }

# In the background, and waited for: bash may lose a lone INT that comes while it waits for a $(…), but none that comes while it waits like this.
heedful() {
  "$@" &
  local child=$! status=0
  trap 'kill -TERM "$child" 2>/dev/null || true' INT TERM
  wait "$child" || true
  while kill -0 "$child" 2>/dev/null; do wait "$child" || true; done
  wait "$child" || status=$?
  exit "$status"
}

case "${1:-}" in
  up) heedful up ;;
  check) check ;;
  down)
    trap '' INT TERM
    if [ ! -f "$home/first-port" ] && [ -z "$(strays)" ]; then echo "there is no cluster in $home: nothing to end"; exit 0; fi
    [ ! -d "$home/run" ] || alone
    down ;;
  status) known; status ;;
  start|stop) one_of_them "${2:-}"; known; "$@" ;;
  *) sed -n '3,4s/^# *//p' "$0" >&2; exit 2 ;;
esac

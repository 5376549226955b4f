#!/usr/bin/env bash
# A DKM cluster on this machine for development: three etcd members, two replicas of each service, TLS everywhere. It ends only what it started.
#   cluster.sh up | down | status | start NAME | stop NAME [SIGNAL]      NAME: etcd-0..2, access-1..2, keyring-1..2, crypto-1..2
# DKM_HOME: where everything lies [./.dkm-cluster]. DKM_PORT: the first of 18 ports of 127.0.0.1 [9440]; 0 picks free ones.
set -euo pipefail
umask 077

self=$(realpath "$0")
home=$(realpath -m "${DKM_HOME:-$PWD/.dkm-cluster}")
export DKM_HOME=$home
unset DKM_IDENTITY DKM_RING
services='access keyring crypto' members='0 1 2' domain=dkm.local
all='etcd-0 etcd-1 etcd-2 access-1 access-2 keyring-1 keyring-2 crypto-1 crypto-2'

die() { echo "cluster: $*" >&2; exit "${code:-1}"; }

# Ports, by their place behind the first: services 0-5, health 6-11, etcd for clients 12-14, for members 15-17.
place() { case $1 in access-*) echo $((${1##*-} - 1)) ;; keyring-*) echo $((${1##*-} + 1)) ;; crypto-*) echo $((${1##*-} + 3)) ;; esac; }
port() { echo $((first + $(place "$1"))); }
health() { echo $((first + 6 + $(place "$1"))); }
client() { echo $((first + 12 + $1)); }
peer() { echo $((first + 15 + $1)); }

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

choose_ports() { # the ports of last time, else those asked for
  if [ -f "$home/first-port" ]; then first=$(<"$home/first-port"); else first=${DKM_PORT:-9440}; fi
  while :; do
    local base=$first taken=''
    [ "$base" != 0 ] || first=$((20000 + RANDOM % 12000))
    for i in $(seq 0 17); do
      if listens $((first + i)); then taken=$((first + i)); break; fi
    done
    [ -n "$taken" ] || break
    [ "$base" = 0 ] || die "port $taken of 127.0.0.1 is in use; DKM_PORT=N takes N to N+17, DKM_PORT=0 free ones (and remove $home/first-port)"
    first=0
  done
  echo "$first" >"$home/first-port"
}

# A process is ours if its id stands in our file and its command line names our home: ids are used again.
pid_of() { [ -f "$home/run/$1.pid" ] && local pid && pid=$(<"$home/run/$1.pid") && tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF "$home" && echo "$pid"; }

launch() { # NAME COMMAND…: in a session of its own, so that a Ctrl-C here does not reach it
  local name=$1; shift
  setsid "$@" </dev/null >>"$home/logs/$name.log" 2>&1 &
  echo $! >"$home/run/$name.pid"
}

start() {
  pid_of "$1" >/dev/null && return 0
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
      case $1 in crypto-*) ;; *) mkdir -p "$home/state/$1"; state=("--Store:StateDirectory=$home/state/$1") ;; esac
      launch "$1" "dkm-${1%-*}" --config "$home/config/${1%-*}.json" "--Server:Listen=127.0.0.1:$(port "$1")" "--Server:Health=127.0.0.1:$(health "$1")" "${state[@]}" ;;
    *) die "there is no $1: $all" ;;
  esac
}

stop() { # NAME [SIGNAL]
  local pid
  pid=$(pid_of "$1") || { rm -f "$home/run/$1.pid"; return 0; }
  kill "-${2:-TERM}" "$pid" 2>/dev/null || true
  case ${2:-TERM} in STOP|CONT) return 0 ;; esac
  kill -CONT "$pid" 2>/dev/null || true
  for _ in $(seq 100); do [ -d "/proc/$pid" ] || break; sleep 0.1; done
  [ ! -d "/proc/$pid" ] || kill -KILL "$pid" 2>/dev/null || true
  rm -f "$home/run/$1.pid"
}

ready() {
  local line
  case $1 in
    etcd-*) listens "$(client "${1#etcd-}")" ;;
    *) { exec 3<>"/dev/tcp/127.0.0.1/$(health "$1")"; } 2>/dev/null && printf 'GET /readyz HTTP/1.0\r\n\r\n' >&3 && read -r -t 2 line <&3 && [[ $line == *' 200 '* ]] ;;
  esac
}

await() { # SECONDS NAME…
  local end=$((SECONDS + $1)); shift
  for name in "$@"; do
    until ready "$name"; do
      pid_of "$name" >/dev/null || die "$name has ended; the end of $home/logs/$name.log: $(tail -n 3 "$home/logs/$name.log")"
      [ $SECONDS -lt $end ] || die "$name does not become ready; see $home/logs/$name.log"
      sleep 0.1
    done
  done
}

issue() { [ -f "$home/pki/$1/tls.crt" ] || dkm pki issue "$@" >/dev/null; }

list() { local text=''; for item in "$@"; do text+="${text:+, }\"$item\""; done; echo "[$text]"; }
addresses() { list "https://127.0.0.1:$(port "$1-1")" "https://127.0.0.1:$(port "$1-2")"; }

configure() { # certificates, roots, one file of configuration for each service, and the home's own
  dkm pki init >/dev/null
  for m in $members; do issue "etcd-$m" --etcd member; done
  for name in root dkm-access dkm-keyring; do issue "$name" --etcd client; done
  local tls store
  for s in $services; do
    tls="\"Tls\": {\"TrustDomain\": \"$domain\", \"CertificateFile\": \"$home/pki/$s/tls.crt\", \"KeyFile\": \"$home/pki/$s/tls.key\", \"DeniedFile\": \"$home/pki/denied\",
    \"ServiceCaFile\": \"$home/pki/ca/service/ca.crt\", \"WorkloadCaFile\": \"$home/pki/ca/workload/ca.crt\",
    \"HumanCaFile\": \"$home/pki/ca/human/ca.crt\", \"ElevatedCaFile\": \"$home/pki/ca/elevated/ca.crt\"}"
    store="\"Root\": {\"File\": \"$home/roots/$s.root\"},
  \"Store\": {\"Etcd\": {\"Endpoints\": $(list $(for m in $members; do echo "https://127.0.0.1:$(client "$m")"; done)),
    \"CertificateFile\": \"$home/pki/dkm-$s/tls.crt\", \"KeyFile\": \"$home/pki/dkm-$s/tls.key\", \"CaFile\": \"$home/pki/ca/etcd/ca.crt\"}}"
    {
      printf '{\n  "Development": true,\n  %s' "$tls"
      [ "$s" = crypto ] || printf ',\n  %s' "$store"
      [ "$s" != access ] || printf ',\n  "FirstAdministrators": ["spiffe://%s/human/admin"]' "$domain"
      [ "$s" = access ] || printf ',\n  "Access": {"Addresses": %s}' "$(addresses access)"
      [ "$s" != crypto ] || printf ',\n  "KeyRing": {"Addresses": %s}' "$(addresses keyring)"
      printf '\n}\n'
    } >"$home/config/$s.json"
    # Both replicas have the same root; the first of two that start together would not have made it yet.
    [ "$s" = crypto ] || [ -f "$home/roots/$s.root" ] || head -c 32 /dev/urandom >"$home/roots/$s.root"
  done
  printf '{\n  "trust_domain": "%s",\n  "access": %s,\n  "keyring": %s,\n  "crypto": %s,\n  "health": "http://127.0.0.1:%s"\n}\n' \
    "$domain" "$(addresses access)" "$(addresses keyring)" "$(addresses crypto)" "$(health access-1)" >"$home/config.json"
}

etcdctl_as_root() {
  ETCDCTL_API=3 etcdctl --endpoints="https://127.0.0.1:$(client 0),https://127.0.0.1:$(client 1),https://127.0.0.1:$(client 2)" \
    --cacert="$home/pki/root/ca.crt" --cert="$home/pki/root/tls.crt" --key="$home/pki/root/tls.key" "$@"
}

roles() { # each service into its own prefix, once (docs/etcd.md)
  [ ! -f "$home/roles" ] || return 0
  command -v etcdctl >/dev/null || { echo 'without etcdctl there are no roles in etcd: each service could touch the records of the other'; return 0; }
  local end=$((SECONDS + 30))
  until etcdctl_as_root endpoint health >/dev/null 2>&1; do [ $SECONDS -lt $end ] || die "etcd does not become healthy; see $home/logs"; sleep 0.2; done
  {
    for s in access keyring; do
      etcdctl_as_root role add "dkm-$s"
      etcdctl_as_root role grant-permission "dkm-$s" readwrite --prefix=true "/dkm/v1/$s/"
      etcdctl_as_root role grant-permission "dkm-$s" readwrite --prefix=true /dkm/v1/meta/
      etcdctl_as_root user add "dkm-$s" --no-password
      etcdctl_as_root user grant-role "dkm-$s" "dkm-$s"
    done
    etcdctl_as_root user add root --no-password
    etcdctl_as_root role add root
    etcdctl_as_root user grant-role root root
    etcdctl_as_root auth enable
  } >>"$home/logs/roles.log" 2>&1 || die "the roles in etcd could not be made: $(tail -n 1 "$home/logs/roles.log")"
  touch "$home/roles"
}

up() {
  for program in etcd dkm dkm-access dkm-keyring dkm-crypto; do
    command -v "$program" >/dev/null || code=2 die "$program is not on the path. etcd: sudo apt-get install -y etcd-server etcd-client; the others: make build"
  done
  [ ! -f "$home/config.json" ] || [ -d "$home/run" ] || code=2 die "$home is the home of something else (dkm dev?); name another: DKM_HOME"
  for name in $all; do
    if pid_of "$name" >/dev/null; then code=2 die "$name runs already; to end all of it: make cluster-down"; fi
  done
  mkdir -p "$home"/{run,logs,data,roots,config}
  choose_ports
  configure
  for m in $members; do start "etcd-$m"; done
  roles
  for s in $services; do start "$s-1"; start "$s-2"; done
  await 60 access-1 access-2 keyring-1 keyring-2 crypto-1 crypto-2
  echo
  status
  cat <<END

Development=true: identities and CA keys lie in the home, whoever reads it can be anybody. Paste into a terminal:

  export PATH='$(dirname "$(command -v dkm)")':"\$PATH" DKM_HOME='$home'
  dkm group create mailbox-workers --kind workload && dkm group add mailbox-workers spiffe://$domain/ns/mail/sa/mailbox-worker
  dkm ring create mail/connected-accounts --bind mailbox-workers=hold
  echo -n 'hunter2' | dkm protect --ring mail/connected-accounts --context address=ada@hotmail.com --identity mailbox-worker --out secret.dkm
  '$self' stop keyring-1 KILL                      # any of them; one etcd member, one replica of each service
  dkm unprotect secret.dkm --context address=ada@hotmail.com --identity mailbox-worker; echo
  '$self' start keyring-1

To end it (the data stays): make cluster-down, or '$self' down with the same DKM_HOME
END
}

status() {
  for name in $all; do
    local address pid
    case $name in etcd-*) address="127.0.0.1:$(client "${name#etcd-}")" ;; *) address="127.0.0.1:$(port "$name")  http://127.0.0.1:$(health "$name")/readyz" ;; esac
    if pid=$(pid_of "$name"); then
      printf '%-10s %s  pid %s%s\n' "$name" "$address" "$pid" "$(ready "$name" || echo '  not ready')"
    else
      printf '%-10s %s  not running\n' "$name" "$address"
    fi
  done
}

down() {
  for name in crypto-1 crypto-2 keyring-1 keyring-2 access-1 access-2 etcd-0 etcd-1 etcd-2; do stop "$name" & done
  wait
  echo "stopped; the data stays in $home"
}

known() { [ -f "$home/first-port" ] || code=2 die "there is no cluster in $home; name its home (DKM_HOME) or make one: make cluster"; first=$(<"$home/first-port"); }

case "${1:-}" in
  up) up ;;
  down) known; down ;;
  status) known; status ;;
  start|stop) known; case " $all " in *" ${2:-} "*) ;; *) code=2 die "which? $all" ;; esac; "$@" ;;
  *) sed -n '3,4s/^# *//p' "$0" >&2; exit 2 ;;
esac

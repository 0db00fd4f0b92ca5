# Sourced by the scripts of this folder: where a cluster lives, what it is made of, and how its processes are
# started and ended. What the caller may set, for a cluster beside the tests' own:
#   K8S_LEVEL  api: etcd and an API server; control: and controller manager and scheduler; node (default): and pods
#   K8S_MODE   netns (default): in a network namespace of its own; host: on loopback, not with pods
#   K8S_RUN    the folder of all that is this cluster's alone
#   K8S_PORT   of the API server
#   K8S_OWNER  number of the process that the cluster is for; once that is gone, the next `up` may remove the cluster
# shellcheck shell=bash disable=SC2034 # used by those who source it
# shellcheck source=tests/setup/cache.sh
. "$(dirname "${BASH_SOURCE[0]}")/../cache.sh"
DIR=$KARCTL_TEST_CACHE/kubernetes
BIN=$DIR/bin
MODULES=$(dirname "${BASH_SOURCE[0]}")/modules
THROWAWAY=$DIR/throwaway
RUN=${K8S_RUN:-$DIR/run}
# What a cluster was started with holds for those who look at it later.
remembered() { [ ! -e "$RUN/settings" ] || sed -n "s/^$1=//p" "$RUN/settings"; }
LEVEL=${K8S_LEVEL:-$(remembered level)}
LEVEL=${LEVEL:-node}
MODE=${K8S_MODE:-$(remembered mode)}
MODE=${MODE:-netns}
PORT=${K8S_PORT:-$(remembered port)}
PORT=${PORT:-16443}
# Two caches are two clusters, so names that the machine shares follow the folder.
CLUSTER=karctl-test-$(($(cksum <<<"$DIR" | cut -d' ' -f1) % 256))
NETNS=$CLUSTER
CGROUP=/$CLUSTER
NODE=node1
NODE_ADDRESS=10.244.1.1
PODS=10.244.0.0/24
SERVICES=10.96.0.0/16
API_ADDRESS=10.96.0.1
DNS_ADDRESS=10.96.0.10
PKI=$RUN/pki
LOGS=$RUN/log
PIDS=$RUN/pid
KUBECONFIG_FILE=$RUN/kubeconfig
AUDIT_LOG=$RUN/audit.log
# Images stay when a cluster goes: they are of the cache, as everything that is only made from pinned sources.
CONTAINERD=$DIR/containerd
CONTAINERD_SOCKET=$RUN/containerd.sock
INSIDE=()
[ "$MODE" = host ] || INSIDE=(nsenter "--net=/run/netns/$NETNS" --)

case $LEVEL in
  api | control) ;;
  node) [ "$MODE" = netns ] || die "pods change the network of the host" "use K8S_MODE=netns at level node" ;;
  *) die "unknown level \`$LEVEL\`" "K8S_LEVEL is api, control or node" ;;
esac

# pid NAME: the number of this cluster's process, where it runs; a stale file may name somebody else's.
pid() {
  local pid
  pid=$(cat "$PIDS/$1" 2>/dev/null) && [ -e "/proc/$pid/cmdline" ] || return 1
  tr '\0' '\n' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF -- "$RUN/" && echo "$pid"
}

gone() { ! pid "$1"; }

# start NAME COMMAND...: as a daemon in the cluster's network, unless it runs. The shell becomes the command, so that
# the number it writes is the command's.
start() {
  local name=$1
  shift
  ! pid "$name" >/dev/null || return 0
  rm -f "$PIDS/$name"
  # shellcheck disable=SC2016
  (cd "$RUN" && "${INSIDE[@]}" setsid -f sh -c 'echo $$ >"$1"; shift; exec "$@"' sh "$PIDS/$name" "$@" \
    </dev/null >>"$LOGS/$name.log" 2>&1)
  wait_for 10 test -s "$PIDS/$name" || die "$name does not start" "its log is $LOGS/$name.log"
}

# await SECONDS NAME COMMAND...: waits until COMMAND succeeds; says the last that process NAME said where it does not, or
# where that process ended.
await() {
  local name=$2
  wait_for "$1" succeeds_or_ended "${@:2}" && pid "$name" >/dev/null && return
  tail -n 10 "$LOGS/$name.log" >&2
  die "$name is not ready" "its log is $LOGS/$name.log"
}

succeeds_or_ended() { "${@:2}" || gone "$1"; }

# end NAME [SIGNAL]
end() {
  local pid
  pid=$(pid "$1") || return 0
  kill "-${2:-TERM}" "$pid"
  wait_for 10 gone "$1" || kill -KILL "$pid"
  wait_for 10 gone "$1" || die "$1 (process $pid) does not end"
  rm -f "$PIDS/$1"
}

kubectl() { "${INSIDE[@]}" "$BIN/kubectl" --kubeconfig "$KUBECONFIG_FILE" "$@"; }

ctr() { command ctr --address "$CONTAINERD_SOCKET" --namespace k8s.io "$@"; }

# began PID: what tells a process from a later one of the same number: its start, in clock ticks since boot.
began() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

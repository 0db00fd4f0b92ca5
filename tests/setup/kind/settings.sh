# Sourced by the scripts of this folder: where the engine of kind's nodes lives and what it is called.
# shellcheck shell=bash disable=SC2034 # used by those who source it
# shellcheck source=tests/setup/cache.sh
. "$(dirname "${BASH_SOURCE[0]}")/../cache.sh"
DIR=$KARCTL_TEST_CACHE/kind
KUBERNETES=$KARCTL_TEST_CACHE/kubernetes
KIND=$KUBERNETES/bin/kind
SOCKET=$DIR/docker.sock
# Two caches are two engines, so names that the machine shares follow the folder.
NAME=karctl-kind-$(($(cksum <<<"$DIR" | cut -d' ' -f1) % 256))
NETNS=/run/netns/$NAME
export DOCKER_HOST=unix://$SOCKET
unset DOCKER_CONTEXT

# pid: the number of this engine's process, where it runs; a stale file may name somebody else's.
pid() {
  local pid
  pid=$(cat "$DIR/pid" 2>/dev/null) && [ -e "/proc/$pid/cmdline" ] || return 1
  tr '\0' '\n' <"/proc/$pid/cmdline" | grep -qxF -- "--pidfile=$DIR/pid" && echo "$pid"
}

answers() { pid && curl -fs --max-time 5 --unix-socket "$SOCKET" http://engine/_ping; }
gone() { ! kill -0 "$1"; }

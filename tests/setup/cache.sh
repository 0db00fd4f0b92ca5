# Sourced by every script in this folder: where test parts are kept (outside the checkout, so that a
# clean clone finds what an earlier one made), and how these scripts speak.
# shellcheck shell=bash
export KARCTL_TEST_CACHE=${KARCTL_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/karctl-test}
mkdir -p "$KARCTL_TEST_CACHE"

say() { printf '%s\n' "$*" >&2; }

die() {
  say "error: $1"
  [ -z "${2:-}" ] || say "hint: $2"
  exit 1
}

# need TOOL HINT: ends the script where TOOL is not on PATH.
need() { command -v "$1" >/dev/null || die "no \`$1\` on PATH" "$2"; }

# wait_for SECONDS COMMAND...: polls until COMMAND succeeds; its status otherwise.
wait_for() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.1
  done
}

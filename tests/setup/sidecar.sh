#!/bin/sh
# Plays /kar/bin/kar in the pods of the tests: takes the options that an injector gives, reads the mounted configuration as
# `kar` does, answers on the runtime's port, and writes 100 records and keys for its application. After that it serves until
# it is ended, or runs the application's command and ends with it.
set -eu
die() { echo "kar: $*" >&2; exit 2; }
[ "${1:-}" = run ] || die "unknown command ${1:-}"
shift
app='' port='' folder='' is_sidecar=no
while [ $# -gt 0 ]; do
  case $1 in
    -app) app=$2; shift ;;
    -config_dir) folder=$2; shift ;;
    -runtime_port) port=$2; shift ;;
    -service | -actors | -app_port | -v) shift ;;
    -kubernetes_mode) ;;
    -sidecar_mode) is_sidecar=yes ;;
    -*) die "unknown option $1" ;;
    *) break ;;
  esac
  shift
done
if [ -z "$app" ] || [ -z "$port" ] || [ ! -d "$folder" ]; then die "app '$app', port '$port', folder '$folder'"; fi
for file in "$folder"/*; do
  export "$(basename "$file" | tr '[:lower:]' '[:upper:]')=$(cat "$file")"
done
mkdir -p /tmp/www/kar/v1/system
echo ok >/tmp/www/kar/v1/system/health
httpd -f -p "$port" -h /tmp/www &
# The first process of a container is ended by a signal only where it says what to do then.
trap 'kill $!; exit 0' TERM INT
karclient write --app "$app" --count 100 >/tmp/www/beside
mv /tmp/www/beside /tmp/www/written
if [ $is_sidecar = no ]; then
  "$@"
  exit
fi
wait $!

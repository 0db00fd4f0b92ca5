# Sourced by what makes images of Debian packages.
# shellcheck shell=bash

# unpack FOLDER PACKAGE...: the packages with all that they depend on, as files, and busybox for every
# command that they lack; the packages' own scripts do not run.
unpack() {
  local root=$1 debs=$1.debs deb list update applet
  shift
  mkdir -p "$root" "$debs/partial"
  : >"$debs/status" # an empty machine, so that apt names the whole closure
  list=(apt-get -y -qq -o "Dir::State::status=$debs/status" -o "Dir::Cache::archives=$debs"
    -o Debug::NoLocking=1 -o APT::Sandbox::User=root -o APT::Install-Recommends=0 --download-only install busybox-static "$@")
  update=(flock "$KARCTL_TEST_CACHE/apt-lock" apt-get -qq update)
  "${list[@]}" >/dev/null || { "${update[@]}" && "${list[@]}" >/dev/null; }
  for deb in "$debs"/*.deb; do dpkg -x "$deb" "$root"; done
  for applet in $("$root/bin/busybox" --list); do
    [ -n "$(find "$root"/{bin,sbin,usr/bin,usr/sbin} -maxdepth 1 -name "$applet" 2>/dev/null)" ] ||
      ln -s busybox "$root/bin/$applet"
  done
  rm -rf "$debs" "$root"/usr/share/{doc,man,lintian,locale,info,zoneinfo,i18n,perl,perl5} \
    "$root"/usr/lib/jvm/*/{man,docs,legal} "$root"/usr/lib/*/{gconv,perl,perl-base}
}

#!/bin/sh
# Installs the roundtrip command from a release, after a check of its SHA-256:
#
#   sh install.sh [VERSION]
#
# VERSION is such as 0.1.0; without it the latest release is installed. Settings by environment:
# ROUNDTRIP_INSTALL, the folder (~/.local/bin); ROUNDTRIP_RELEASES, the address of the releases, which
# the script of a release knows.
set -eu

# The whole program is read before it runs: a script that ends in the middle does nothing.
main() {
  releases=${ROUNDTRIP_RELEASES:-@RELEASES@}
  case $releases in @*) fail "set ROUNDTRIP_RELEASES to the address of the project's releases" ;; esac
  case ${1-} in
    "") from=$releases/latest/download ;;
    *[!0-9A-Za-z.+-]*) fail "not a version: $1" ;;
    *) from=$releases/download/v${1#v} ;;
  esac
  folder=${ROUNDTRIP_INSTALL:-$HOME/.local/bin}

  case $(uname -s) in
    Linux) system=linux ;;
    Darwin) system=mac ;;
    *) fail "no executable for $(uname -s); on Windows take the .zip of the release" ;;
  esac
  case $(uname -m) in
    x86_64 | amd64) machine=x64 ;;
    aarch64 | arm64) machine=arm64 ;;
    *) fail "no executable for $(uname -m)" ;;
  esac
  archive=roundtrip-$system-$machine.tar.gz

  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  trap 'exit 1' HUP INT TERM
  download "$from/$archive" "$work/$archive"
  download "$from/SHA256SUMS" "$work/SHA256SUMS"
  grep "  $archive\$" "$work/SHA256SUMS" > "$work/expected" || fail "SHA256SUMS does not name $archive"
  if command -v sha256sum > /dev/null; then
    check=sha256sum
  elif command -v shasum > /dev/null; then
    check="shasum -a 256"
  else
    fail "sha256sum or shasum is needed"
  fi
  # shellcheck disable=SC2086 # a command and its words
  (cd "$work" && $check -c expected > /dev/null 2>&1) || fail "wrong checksum of $from/$archive"

  tar -xzf "$work/$archive" -C "$work" roundtrip
  mkdir -p "$folder"
  # A rename replaces a command that runs.
  cp "$work/roundtrip" "$folder/.roundtrip.$$"
  chmod 755 "$folder/.roundtrip.$$"
  mv -f "$folder/.roundtrip.$$" "$folder/roundtrip"
  echo "Installed $folder/roundtrip"
  case :$PATH: in *":$folder:"*) ;; *) echo "Add $folder to PATH" ;; esac
}

fail() {
  echo "install.sh: $1" >&2
  exit 1
}

download() {
  if command -v curl > /dev/null; then
    curl -fsSL -o "$2" "$1" || fail "cannot download $1"
  elif command -v wget > /dev/null; then
    wget -q -O "$2" "$1" || fail "cannot download $1"
  else
    fail "curl or wget is needed"
  fi
}

main "$@"

#!/bin/sh
# Installs what is missing to build, test and run, on Debian and its kin; where
# it cannot, says what is missing.  Arguments: more rows, as "check|package".
set -u

# How to know that it is there, and Debian's package that has it.
list='
command -v gcc                          |gcc
command -v python3                      |python3
command -v meson                        |meson
command -v ninja                        |ninja-build
command -v pkg-config                   |pkg-config
command -v glib-compile-resources       |libglib2.0-dev-bin
pkg-config --exists glib-2.0 gio-2.0    |libglib2.0-dev
pkg-config --exists json-glib-1.0       |libjson-glib-dev
pkg-config --exists openblas            |libopenblas-dev
pkg-config --exists libzip              |libzip-dev
pkg-config --exists zlib                |zlib1g-dev
pkg-config --exists libpng              |libpng-dev
pkg-config --exists libjpeg             |libjpeg62-turbo-dev
has_fashion_mnist                       |dataset-fashion-mnist
'

has_fashion_mnist () {
  [ -n "${DNN_DATA_DIR:-}" ] ||
    [ -e /usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz ]
}

find_missing () {
  printf '%s\n' "$list" "$@" | while IFS='|' read -r check package; do
    [ -z "$package" ] || eval "$check" >/dev/null 2>&1 || printf '%s ' "$package"
  done
}

# Runs apt-get as root, or says how.
install () {
  command -v apt-get >/dev/null || return 1
  if [ "$(id -u)" -eq 0 ]; then
    as_root=
  elif command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
    as_root=sudo
  else
    return 1
  fi
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update &&
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
      --no-install-recommends install "$@"
}

missing=$(find_missing "$@")
[ -n "$missing" ] || exit 0
echo "missing: $missing"
# shellcheck disable=SC2086 # one word a package
install $missing
still=$(find_missing "$@")
[ -n "$still" ] || exit 0
echo "still missing: $still" >&2
echo "on Debian: apt-get install $still" >&2
exit 1

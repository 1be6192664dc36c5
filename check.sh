#!/bin/sh
# Builds with warnings as errors, runs the tests, and ends with one line,
# "N passed, N failed".  Exit code 0: all that ran passed.
set -u
cd "$(dirname "$0")" || exit 1
folder=build-check
log=$folder/meson-logs/testlog.json

finish () {
  echo "$1 passed, $2 failed"
  [ "$1" -gt 0 ] && [ "$2" -eq 0 ]
  exit
}

build-aux/install-dependencies.sh || finish 0 1
[ -f $folder/build.ninja ] || meson setup $folder -Dwerror=true || finish 0 1
ninja -C $folder || finish 0 1

rm -f $log
meson test -C $folder --no-rebuild --print-errorlogs
status=$?
# shellcheck disable=SC2046 # two numbers
set -- $(python3 build-aux/count-tests.py $log)
[ $# -eq 2 ] || finish 0 1
[ $status -eq 0 ] || [ "$2" -gt 0 ] || set -- "$1" 1
finish "$1" "$2"

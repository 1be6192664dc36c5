#!/bin/sh
# Everything that check.sh leaves out because it is long.  Arguments: the steps
# to run; none: all.  Ends with the steps that failed, or "all steps passed".
set -u
cd "$(dirname "$0")/.." || exit 1
top=$PWD
work=$top/build-ci
steps='gcc clang sanitize thread valgrind tidy format abi install debian examples readme kill control tensorboard interchange large fuzz mutate coverage'
small='--layers=flatten ! dense units=20 activation=relu ! dense units=10 activation=softmax'

has () {
  command -v "$1" >/dev/null || { echo "skipped: no $1"; return 1; }
}

# build FOLDER [OPTION...], in build-ci/
build () {
  folder=$work/$1
  shift
  rm -rf "$folder"
  meson setup "$folder" "$@" >"$folder.log" 2>&1 && ninja -C "$folder" >>"$folder.log" 2>&1 ||
    { tail -40 "$folder.log"; return 1; }
}

# A short training with the dnnrun of a folder, under a command or none.
train () {
  dnnrun=$work/$1/tools/dnnrun
  shift
  "$@" "$dnnrun" train "$small" --data fashion-mnist --epochs 1 --quiet \
    --set data.train_limit=2000 --out "$work/run" --overwrite &&
    "$@" "$dnnrun" evaluate "$work/run/model.safetensors"
}

step_gcc () {
  CC=gcc build gcc -Dwerror=true && meson test -C "$work/gcc" --print-errorlogs
}

step_clang () {
  has clang || return 0
  CC=clang build clang -Dwerror=true && meson test -C "$work/clang" --print-errorlogs
}

step_sanitize () {
  # No -Werror: gcc warns of more, and wrongly, where it instruments.
  build sanitize -Dbuildtype=debugoptimized -Db_lundef=false \
    -Db_sanitize=address,undefined || return 1
  UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
  export UBSAN_OPTIONS
  meson test -C "$work/sanitize" --print-errorlogs -t 4 && train sanitize
}

step_thread () {
  build thread -Dbuildtype=debugoptimized -Db_lundef=false \
    -Db_sanitize=thread || return 1
  TSAN_OPTIONS=halt_on_error=1:ignore_noninstrumented_modules=1:allocator_may_return_null=1
  export TSAN_OPTIONS
  suites=
  for folder in core/*/; do
    suites="$suites --suite $(basename "$folder")"
  done
  # shellcheck disable=SC2086 # words
  meson test -C "$work/thread" $suites --print-errorlogs -t 4 || return 1
  train thread
}

step_valgrind () {
  has valgrind || return 0
  build valgrind -Dbuildtype=debugoptimized || return 1
  valgrind="valgrind --error-exitcode=99 --leak-check=full
    --errors-for-leak-kinds=definite -q --suppressions=$top/build-aux/valgrind.supp"
  # Processes that scripts start run without valgrind; a training follows.
  G_SLICE=always-malloc G_DEBUG=gc-friendly meson test -C "$work/valgrind" \
    --print-errorlogs -t 20 --wrap="$valgrind" && train valgrind $valgrind
}

# FUZZ_SECONDS for each target, beginning with its corpus; what is found lies in
# build-ci/found/, and belongs into the corpus with its repair.
step_fuzz () {
  has clang || return 0
  CC=clang build fuzz -Dfuzz=true -Dbench=false -Dbuildtype=debugoptimized \
    -Db_lundef=false -Db_sanitize=address,undefined || return 1
  rm -rf "$work/found" && mkdir "$work/found" || return 1
  DNN_PLUGIN_PATH=$work/fuzz/plugins
  UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
  ASAN_OPTIONS=allocator_may_return_null=1
  export DNN_PLUGIN_PATH UBSAN_OPTIONS ASAN_OPTIONS
  found=0
  for corpus in fuzz/*.corpus; do
    target=$(basename "$corpus" .corpus)
    mkdir "$work/found/$target"
    # Names that GLib keeps look like leaks to it; the tests look for those.
    "$work/fuzz/fuzz/fuzz-$target" -max_total_time="${FUZZ_SECONDS:-60}" \
      -timeout=2 -rss_limit_mb=1024 -detect_leaks=0 -print_final_stats=1 \
      -artifact_prefix="$work/found/$target-" "$work/found/$target" "$corpus" \
      >"$work/found/$target.log" 2>&1 || { found=1; tail -30 "$work/found/$target.log"; }
    awk -v target="$target" '/ cov: / { for (i = 1; i < NF; i++) if ($i == "cov:") edges = $(i + 1) }
      /executed_units/ { runs = $2 }
      END { print target ": " runs " executions, " edges " edges" }' "$work/found/$target.log"
  done
  return $found
}

step_mutate () {
  build mutate -Dbench=false || return 1
  (
    cd "$work/mutate" && DNN_PLUGIN_PATH=$work/mutate/plugins \
      python3 "$top/build-aux/mutate.py" fuzz/read-files "$top/fuzz" \
        --more "$top/tests" --count "${MUTATIONS:-100000}"
  )
}

# Of the lines of core/ that can run, 90 of 100 must.
step_coverage () {
  has gcovr || return 0
  build coverage -Db_coverage=true -Dbench=false -Dbuildtype=debugoptimized &&
    meson test -C "$work/coverage" --print-errorlogs --no-suite style -t 4 &&
    gcovr --root . --filter core/ --exclude '.*\.h$' --sort-uncovered \
      --gcov-ignore-parse-errors --fail-under-line 90 "$work/coverage"
}

step_tidy () {
  has clang-tidy || return 0
  CC=clang build tidy || return 1
  # Left out: what does not understand g_autoptr and GLib's macros, and advice
  # to use Annex K.
  checks='-*,bugprone-*,clang-analyzer-*'
  for check in bugprone-easily-swappable-parameters \
    bugprone-implicit-widening-of-multiplication-result \
    bugprone-macro-parentheses bugprone-narrowing-conversions \
    bugprone-reserved-identifier bugprone-sizeof-expression \
    clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling \
    clang-analyzer-unix.Malloc; do
    checks=$checks,-$check
  done
  git ls-files 'core/*.c' 'plugins/*.c' 'tools/*.c' |
    xargs clang-tidy --quiet -p "$work/tidy" --warnings-as-errors='*' \
      --checks="$checks" 2>/dev/null
}

step_format () {
  has clang-format || return 0
  git ls-files 'core/*.[ch]' 'include/*.h' 'plugins/*.c' 'tools/*.[ch]' 'examples/*.c' |
    xargs clang-format --dry-run -Werror
}

# A host of the next minor, with the plugins of this one: all its structs that
# may grow have grown.
step_abi () {
  build abi -Dabi_minor=2 -Dbench=false -Dwerror=true &&
    meson test -C "$work/abi" --print-errorlogs
}

# A project of every kind, by nothing but what is in PATH and PKG_CONFIG_PATH,
# and one of several plugins: a layer, its initializer and a parametrization.
projects () {
  rm -rf "$work/new" && mkdir "$work/new" || return 1
  for kind in layer activation initializer optimizer loss metric schedule \
    regularizer constraint parametrization callback decoder communicator \
    bundle; do
    name=acme.$kind
    [ $kind != bundle ] || name=acme
    (
      cd "$work/new" && dnnrun new $kind $name --quiet && cd $name &&
        meson setup build -Dwerror=true >/dev/null && meson test -C build &&
        { [ ! -e train.dnn ] ||
          dnnrun train train.dnn --plugin-path build --quiet; } &&
        python3 "$top/build-aux/check-symbols.py" build/$name.so
    ) || { echo "dnnrun new $kind: its project fails"; return 1; }
  done
  by_name
}

# The bundle without meson, as its README says, in the stranger's own folder of
# plugins: an experiment elsewhere names its layer, initializer and
# parametrization.
by_name () {
  (
    home=$work/new/home/dnn/plugins-1
    mkdir -p "$home" "$work/new/elsewhere" && cd "$work/new/acme" &&
      eval "$(sed -n 's/^    \(gcc .*\)/\1/p' README.md)" &&
      mv acme.so "$home" && cp train.dnn ./*.npy "$work/new/elsewhere" &&
      cd "$work/new/elsewhere" || return 1
    XDG_DATA_HOME=$work/new/home
    export XDG_DATA_HOME
    for name in gain fan scaled; do
      grep -q "acme\.$name" train.dnn || { echo "train.dnn has no $name"; return 1; }
    done
    dnnrun plugins | grep 'acme\.' && dnnrun check "$home/acme.so" | grep checks &&
      dnnrun train train.dnn --quiet && dnnrun evaluate runs/train &&
      dnnrun summary runs/train | grep AcmeScaled
  ) || { echo "a bundle by name: it fails"; return 1; }
}

# packages NAME...: a Python with them, in $venv.  Needs a package registry for
# its first time; a step is left out without one.
packages () {
  venv=$work/venv-$1
  [ -e "$venv/ready" ] ||
    { python3 -m venv "$venv" && "$venv/bin/pip" install -q "$@" && touch "$venv/ready"; } ||
    { echo "skipped: cannot install $*"; return 1; }
}

# The dnnrun of step gcc, as the tree is now.
need_dnnrun () {
  if [ -x "$work/gcc/tools/dnnrun" ]; then
    ninja -C "$work/gcc" >"$work/gcc.log" 2>&1 || { tail -40 "$work/gcc.log"; return 1; }
  else
    CC=gcc build gcc -Dwerror=true
  fi
}

step_tensorboard () {
  packages tensorboard || return 0
  need_dnnrun && "$venv/bin/python" build-aux/check-tensorboard.py "$work/gcc/tools/dnnrun"
}

# by PACKAGES SCRIPT ARGUMENT...: a check by other programs, left out without
# them.
by () {
  # shellcheck disable=SC2086 # words
  packages $1 || return 0
  shift
  "$venv/bin/python" "$@"
}

# Files of dnnrun's and libdnn's, and those of safetensors, NumPy, Keras, h5py
# and ONNX, read by one another.
step_interchange () {
  need_dnnrun || return 1
  wrong=0
  by 'safetensors numpy' build-aux/check-interchange.py "$work/gcc/tools/dnnrun" || wrong=1
  by 'keras==3.15.1 jax h5py' build-aux/check-keras.py "$work/gcc/tests/copy-hdf5" \
    tests/golden/keras || wrong=1
  by 'onnx==1.23.2 onnxruntime==1.32.0' tests/golden/check_written.py \
    tests/golden/foreign/written.onnx || wrong=1
  return $wrong
}

# 200 kills, at random instants.
step_kill () {
  need_dnnrun && python3 build-aux/kill-test.py "$work/gcc/tools/dnnrun" "$work/gcc/plugins" 200
}

# 200 commands to a run that trains.
step_control () {
  need_dnnrun && python3 build-aux/control-test.py "$work/gcc/tools/dnnrun" "$work/gcc/plugins" gcc 200
}

# An install, and what is built with that prefix alone.
step_install () {
  prefix=$work/prefix
  build install -Dprefix="$prefix" -Dlibdir=lib -Dbench=false &&
    meson install -C "$work/install" --quiet &&
    (
      PATH=$prefix/bin:$PATH
      PKG_CONFIG_PATH=$prefix/lib/pkgconfig
      export PATH PKG_CONFIG_PATH
      cd / && projects &&
        build third-party "$top/examples/third-party" -Dwerror=true &&
        meson test -C "$work/third-party" --print-errorlogs &&
        build plugins "$top/examples/plugins" -Dwerror=true &&
        meson test -C "$work/plugins" --print-errorlogs &&
        meson install -C "$work/third-party" --quiet &&
        test "$(dnnrun plugins | grep -c 'acme\.')" = 3 &&
        test -z "$(dnnrun plugins --problems)" &&
        build embed "$top/examples/embed" -Dwerror=true &&
        LD_LIBRARY_PATH=$prefix/lib "$work/embed/xor"
    )
}

# Packages of the last commit: built, looked at by lintian, unpacked and used.
step_debian () {
  has dpkg-buildpackage && has dh && has lintian || return 0
  rm -rf "$work/debian" && mkdir -p "$work/debian/dnn" "$work/debian/root" || return 1
  git archive HEAD | tar x -C "$work/debian/dnn" &&
    (
      cd "$work/debian/dnn" &&
        DEB_BUILD_OPTIONS="nocheck parallel=$(nproc)" dpkg-buildpackage -b -uc -us
    ) >"$work/debian.log" 2>&1 || { tail -40 "$work/debian.log"; return 1; }
  lintian --fail-on error "$work"/debian/*.changes || return 1
  for package in libdnn1 libdnn-dev dnn-plugins dnnrun; do
    dpkg -x "$work/debian/${package}_"*.deb "$work/debian/root" || return 1
  done
  (
    lib=$(echo "$work"/debian/root/usr/lib/*)
    LD_LIBRARY_PATH=$lib
    DNN_PLUGIN_PATH=$lib/dnn/plugins-1
    export LD_LIBRARY_PATH DNN_PLUGIN_PATH
    cd "$work/debian" && test -f root/usr/share/man/man1/dnnrun-train.1.gz &&
      test -f root/usr/include/dnn-1/dnn/plugin.h &&
      root/usr/bin/dnnrun train "$top/tests/golden/tables/iris.csv" --epochs 5 \
        --quiet --overwrite
  )
}

# The lines between "```sh" and "```" of a file.
commands_of () {
  awk '/^```sh$/ { on = 1; next } /^```$/ { on = 0 } on' "$1"
}

# Runs them, as written, in a clone of the last commit.
run_commands () {
  [ -d "$work/clone" ] || git clone -q . "$work/clone" || return 1
  commands_of "$1" >"$work/commands.sh"
  (cd "$work/clone" && sh -eux "$work/commands.sh")
}

# demo.sh has built in the clone; README is the first.
step_readme () {
  rm -rf "$work/clone"
  # README shows the whole of the plugin that it builds.
  awk '/^```c$/ { on = 1; next } /^```$/ { on = 0 } on' README.md |
    diff - examples/third-party/acme.snake.c && run_commands README.md
}

step_examples () {
  [ -x "$work/clone/build/tools/dnnrun" ] || step_readme >/dev/null 2>&1
  run_commands examples/own-data/README.md && run_commands examples/third-party/README.md
}

# 2 GB in less than 300 MB.
step_large () {
  need_dnnrun && python3 build-aux/large-data.py "$work/gcc/tools/dnnrun" --folder "$work"
}

if [ "${1:-}" = --help ]; then
  echo "usage: build-aux/ci.sh [STEP...], of $steps"
  exit 0
fi
mkdir -p "$work"
failed=
for step in ${*:-$steps}; do
  echo "=== $step"
  "step_$step" || failed="$failed $step"
done
[ -z "$failed" ] && echo "all steps passed" && exit 0
echo "failed:$failed"
exit 1

# Sourced by the other scripts, which have changed to the repository's root.

log=build/setup.log
mkdir -p build

# Says what happens next, with the seconds since the script began.
say() { printf '[%4ds] %s\n' "$SECONDS" "$*"; }

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# Runs a command with its output in a log; shows the end of the log if it fails.
logged() {
  if ! "$@" >"$log" 2>&1 </dev/null; then
    tail -n 30 "$log" >&2
    return 1
  fi
}

# build PRESET [CMAKE OPTION ...]: configures build/PRESET and builds everything.
build() {
  local preset=$1
  shift
  say "building (build/$preset)"
  logged cmake --preset "$preset" "$@" || fail "cmake failed"
  local quiet=--quiet
  [ ! -t 1 ] || quiet=
  ninja -C "build/$preset" -j "$(nproc)" $quiet || fail "the build failed"
}

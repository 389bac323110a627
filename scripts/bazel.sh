# The Bazel build in bazel-alt; sourced by ./dev.
# shellcheck shell=bash

# bazel_alt COMMAND...: everything it makes is below build/, and it leaves no
# server running; what it compiled is found again by the next clone. clang,
# where it is, takes two thirds of the time.
bazel_alt() {
  local compiler
  compiler=$(command -v clang-14 || command -v cc)
  mkdir -p build/bazel
  (cd bazel-alt && CC=$compiler bazel --batch --output_user_root="$root/build/bazel" \
    "$1" --symlink_prefix=/ --noshow_progress \
    --disk_cache="${XDG_CACHE_HOME:-$HOME/.cache}/gcjobs-bazel" "${@:2}" </dev/null)
}

# What CMake's build has tested need not be tested twice: the programs, and one
# test of each kind (alone, with SQLite, with gRPC) show that the targets are right.
bazel_sample() {
  bazel_quietly build //:gcjobsd //:gcjobs //:gcjobs-sim
  bazel_quietly test //:common_test //:store_test //:client_test
}

# The programs and the unit tests, and runs those.
bazel_test() { bazel_quietly test "$@" //:all; }

# bazel_quietly COMMAND ARGUMENT...
bazel_quietly() {
  local log status=0
  log=$(mktemp)
  bazel_alt "$@" >"$log" 2>&1 || status=$?
  if ((status == 0)); then grep -E '^(Executed|INFO: Elapsed)' "$log"; else cat "$log" >&2; fi
  rm -f "$log"
  return "$status"
}

# Writes BUILD.bazel anew from what CMake says.
bazel_update() {
  local made
  configure release
  quiet cmake build/release
  made=$(python3 -B bazel-alt/generate.py build/release/targets.json)
  printf '%s\n' "$made" >bazel-alt/BUILD.bazel
}

# Bazel makes its folders read-only.
remove_build() {
  if [[ -d build/bazel ]]; then chmod -R u+w build/bazel; fi
  rm -rf build
}

# Configuring and building; sourced by ./dev.
# shellcheck shell=bash

jobs=$(nproc)

# For the sanitizers' reports, and against findings in libraries that are not
# instrumented. Also at build time, when CTest asks the test programs for names.
export UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS="ignore_noninstrumented_modules=1 suppressions=$root/scripts/tsan.supp"
if symbolizer=$(command -v llvm-symbolizer-14); then
  export ASAN_SYMBOLIZER_PATH=$symbolizer
  TSAN_OPTIONS+=" external_symbolizer_path=$symbolizer"
fi

# What a preset's compiler comes from.
groups_of() {
  case $1 in
    release) echo build ;;
    dev | asan | tsan) echo build clang ;;
    *) die "no such preset: $1 (release, dev, asan, tsan)" ;;
  esac
}

# configure PRESET: only when it was never done, or the presets changed; for all
# other changes ninja runs CMake by itself.
configure() {
  local made=build/$1/build.ninja launcher=()
  if [[ $made -nt CMakePresets.json ]]; then return 0; fi
  if command -v ccache >/dev/null; then launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
  quiet cmake --preset "$1" "${launcher[@]}"
  touch "$made"
}

compile() {
  local preset=$1 flags=(-j "$jobs")
  shift
  if [[ ! -t 1 ]]; then flags+=(--quiet); fi
  # A clone elsewhere, or a second worktree, finds the same objects in the cache;
  # precompiled headers are known by their sums (cmake/GcjobsPrecompile.cmake).
  CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1 CCACHE_PCH_EXTSUM=1 \
    CCACHE_SLOPPINESS=pch_defines,time_macros ninja -C "build/$preset" "${flags[@]}" "$@"
}

configure_and_compile() {
  configure "$1"
  compile "$@"
}

# build PRESET [TARGET...]
build() {
  local groups
  read -ra groups <<<"$(groups_of "$1")"
  ensure "${groups[@]}"
  step "build $*" configure_and_compile "$@"
}

#!/usr/bin/env bash
# tidy.sh [=all]: clang-tidy over the .cc files that differ from HEAD, or over
# all. Needs a finished build of the dev preset: generated headers count.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/common.sh
source scripts/common.sh

case ${1:-} in
  "") files() { { git diff --name-only HEAD -- '*.cc'; git ls-files -o --exclude-standard -- '*.cc'; } | existing; } ;;
  =all) files() { project_files '*.cc'; } ;;
  *) die "tidy: unknown argument $1" ;;
esac

# A file that the dev preset does not compile has no flags to check it with.
compiled() {
  local file
  while IFS= read -r file; do
    if grep -qF "\"file\": \"$root/$file\"" build/dev/compile_commands.json; then
      printf '%s\n' "$file"
    fi
  done
}

# Even --quiet counts what it found in headers that are not ours.
files | compiled | xargs -r -P "$(nproc)" -n 1 clang-tidy-14 -p build/dev --quiet 2>&1 |
  { grep -vE '^[0-9]+ warnings? generated\.$' || true; }

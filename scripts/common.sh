# Shared by ./dev and the scripts beside this file. Source it: it moves to the
# root of the project and defines helpers.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit

say() { printf '%s\n' "== $*"; }

die() {
  printf '%s\n' "dev: $*" >&2
  exit 1
}

# step NAME COMMAND...: runs it and says how long it took.
step() {
  local name=$1 start=$SECONDS
  shift
  say "$name"
  "$@"
  say "$name: $((SECONDS - start)) s"
}

# quiet COMMAND...: shows the output only when the command fails.
quiet() {
  local log status=0
  log=$(mktemp)
  "$@" >"$log" 2>&1 || status=$?
  if ((status != 0)); then cat "$log" >&2; fi
  rm -f "$log"
  return "$status"
}

# project_files PATTERN...: the project's files that match the git patterns,
# new ones as well, one on a line; without git, all that is not built.
project_files() {
  if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    git ls-files --cached --others --exclude-standard --deduplicate -- "$@" | existing
  else
    local pattern names=()
    for pattern in "$@"; do names+=(-o -path "./$pattern"); done
    find . \( -path ./build -o -name node_modules -o -path ./.git \) -prune \
      -o -type f \( "${names[@]:1}" \) -print | sed 's|^\./||' | sort
  fi
}

# Leaves out files that were deleted but not yet committed.
existing() {
  local file
  while IFS= read -r file; do
    if [[ -f $file ]]; then printf '%s\n' "$file"; fi
  done
}

cxx_files() { project_files '*.cc' '*.h'; }

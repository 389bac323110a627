#!/usr/bin/env bash
# Every failpoint in the server is fired by a test; one that is not proves
# nothing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/common.sh
source scripts/common.sh

mapfile -t names < <(
  project_files 'server/*.cc' 'server/*.h' | xargs grep -hoE 'GCJOBS_FAILPOINT\("[^"]+"\)' |
    sed -E 's/.*\("(.*)"\)/\1/' | sort -u
)
((${#names[@]} > 0)) || die "there are no failpoints in server/"

problems=0
for name in "${names[@]}"; do
  if ! project_files 'tests/*.cc' | xargs grep -qE "\"$name(:[0-9]+)?\""; then
    printf '%s\n' "server/: no test fires the failpoint $name" >&2
    problems=$((problems + 1))
  fi
done
((problems == 0))

#!/usr/bin/env bash
# The checks that take seconds: all of them run, then the failures are counted.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/common.sh
source scripts/common.sh

failures=0

# check NAME FIX COMMAND...
check() {
  local name=$1 fix=$2
  shift 2
  if "$@"; then
    say "lint $name: ok"
  else
    say "lint $name: FAILED. $fix"
    failures=$((failures + 1))
  fi
}

# Names the files; what is wrong with them, clang-format mends better than it
# tells.
format() {
  local report
  report=$(cxx_files | xargs -r clang-format-14 --dry-run 2>&1)
  [[ -z $report ]] || ! grep -oE '^[^ :]+:[0-9]+' <<<"$report" | sort -u -t: -k1,1 >&2
}

# Files that are sourced are checked within those that source them.
shell() {
  project_files '*.sh' dev .ci/run | executable |
    xargs -r shellcheck --external-sources --check-sourced
}

executable() {
  local file
  while IFS= read -r file; do
    if [[ -x $file ]]; then printf '%s\n' "$file"; fi
  done
}

protos() {
  project_files '*.proto' | xargs -r protoc -I proto -I . --descriptor_set_out=/dev/null
}

check format "Run ./dev fmt." format
check shell "See shellcheck's wiki page of the code." shell
check protos "See protoc's message." protos
check proto-style "See buf's page of the rule, or state the exception in buf.yaml." scripts/buf.sh lint
check proto-format "Run ./dev fmt." scripts/buf.sh format --diff --exit-code
check proto-changes "Add instead of changing; see buf's page of the rule." scripts/proto_changes.sh
check api-docs "Run ./dev docs." scripts/api_docs.sh --check
check errors-docs "Run ./dev docs." scripts/errors_docs.mjs --check
check permissions-docs "Run ./dev docs." scripts/permissions_docs.mjs --check
check guides-docs "Run ./dev docs, or write the test that is missing." scripts/guides_docs.mjs --check
check includes "Move the code to where it may be used, or hand a callback down." \
  scripts/check_includes.sh
check failpoints "Fire it in tests/crash." scripts/check_failpoints.sh
check text "Say it without the path or host of one machine." scripts/check_text.sh

((failures == 0)) || die "$failures lint checks failed"

#!/usr/bin/env bash
# proto_changes.sh [REF]: no change of the protos since REF breaks clients or
# files on disk. REF is the last tag; without tags, the state before the last
# change of the protos.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/common.sh
source scripts/common.sh

protos=(proto 'server/*.proto')

baseline() {
  if git describe --tags --abbrev=0 2>/dev/null; then return; fi
  if ! git diff --quiet HEAD -- "${protos[@]}"; then
    echo HEAD
    return
  fi
  local last
  last=$(git rev-list -1 HEAD -- "${protos[@]}")
  git rev-parse --quiet --verify "$last^" || true
}

against=${1:-$(baseline 2>/dev/null || true)}
if [[ -z $against ]]; then
  say "no earlier state of the protos to compare with"
  exit 0
fi

before=$(mktemp -d)
trap 'rm -rf "$before"' EXIT
git archive "$against" "${protos[@]}" | tar -x -C "$before"
cp buf.yaml "$before" # that state may have had none
scripts/buf.sh breaking --against "$before"

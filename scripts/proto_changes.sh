#!/usr/bin/env bash
# proto_changes.sh [REF]: no change of the protos since REF breaks clients or
# files on disk. REF is the last release, that is the last tag: before the first
# one there is nobody to break.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/common.sh
source scripts/common.sh

protos=(proto 'server/*.proto')

against=${1:-$(git describe --tags --abbrev=0 2>/dev/null || true)}
if [[ -z $against ]]; then
  say "nothing is released: no protos to compare with"
  exit 0
fi

before=$(mktemp -d)
trap 'rm -rf "$before"' EXIT
git archive "$against" "${protos[@]}" | tar -x -C "$before"
cp buf.yaml "$before" # that state may have had none
scripts/buf.sh breaking --against "$before"

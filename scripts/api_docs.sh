#!/usr/bin/env bash
# api_docs.sh [--check]: writes docs/api.md from the comments in the protos, or
# says whether it is as they are.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

written=docs/api.md
generate() {
  scripts/buf.sh build --as-file-descriptor-set -o '-#format=json' |
    node scripts/api_docs.mjs gcjobs.v1
}

case ${1:-} in
  "") generate >"$written" ;;
  --check) generate | diff -u "$written" - ;;
  *) echo "usage: api_docs.sh [--check]" >&2 && exit 2 ;;
esac

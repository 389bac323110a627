#!/usr/bin/env bash
# buf, as tools/buf pins it; its package is installed where it is missing.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
buf=$root/tools/buf/node_modules/.bin/buf
if [[ ! -x $buf ]]; then
  (cd "$root" && source scripts/common.sh && source scripts/setup.sh && ensure buf) >&2
fi
exec "$buf" "$@"

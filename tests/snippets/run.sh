#!/usr/bin/env bash
# Tries every snippet of the documentation; 77 tells CTest that it was left out,
# which is decided when it runs, since `./dev setup` may bring node after CMake
# has run.
#
#   run.sh BIN_DIR
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

for program in node jq; do
  if ! command -v "$program" >/dev/null; then
    echo "left out: $program is missing; ./dev setup installs it"
    exit 77
  fi
done
if [[ ! -d ../polyglot/node/node_modules/@grpc/grpc-js ]]; then
  echo "left out: node's packages are missing; ./dev setup installs them"
  exit 77
fi
exec node --test-reporter=spec snippets_test.mjs "$@"

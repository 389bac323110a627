#!/usr/bin/env bash
# Runs the stock client's test; 77 tells CTest that it was left out, which is
# decided when it runs, since `./dev setup` may bring node after CMake has run.
#
#   run.sh BIN_DIR PROTO_DIR
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

if ! command -v node >/dev/null || [[ ! -d node_modules/@grpc/grpc-js ]]; then
  echo "left out: node or its packages are missing; ./dev setup installs them"
  exit 77
fi
exec node main_job.mjs "$@"

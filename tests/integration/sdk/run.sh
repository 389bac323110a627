#!/usr/bin/env bash
# Runs the official SDK against the simulator; 77 tells CTest that it was left
# out, which is decided when it runs, since `./dev setup` may bring node after
# CMake has run.
#
#   run.sh BIN_DIR
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

if ! command -v node >/dev/null || [[ ! -d node_modules/purecloud-platform-client-v2 ]]; then
  echo "left out: node or its packages are missing; ./dev setup installs them"
  exit 77
fi
# The SDK reads its configuration from the home directory, and watches it.
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
HOME=$home node --test-reporter=spec sdk_test.mjs "$@"

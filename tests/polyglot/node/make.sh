#!/usr/bin/env bash
# Leaves the program as OUT/example; 77: node or its packages are missing.
#
#   make.sh OUT
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$1

command -v node >/dev/null || { echo "node is missing" && exit 77; }
[[ -d $here/node_modules/@grpc/grpc-js ]] || { echo "its npm packages are missing" && exit 77; }

# Nothing to generate: the program loads the protos.
mkdir -p "$out"
printf '#!/bin/sh\nexec node "%s/example.mjs" "$@"\n' "$here" >"$out/example"
chmod +x "$out/example"

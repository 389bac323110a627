#!/usr/bin/env bash
# Leaves the program as OUT/example; 77: CMake or a C++ compiler is missing.
#
#   make.sh OUT
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$1

for program in cmake ninja c++; do
  command -v "$program" >/dev/null || { echo "$program is missing" && exit 77; }
done
mkdir -p "$out"
{ cmake -S "$here" -B "$out" -G Ninja && ninja -C "$out"; } >"$out/make.log" 2>&1 ||
  { cat "$out/make.log" && exit 1; }

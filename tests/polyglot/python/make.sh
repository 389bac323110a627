#!/usr/bin/env bash
# Leaves the program as OUT/example; 77: a Python with grpcio is missing.
#
#   make.sh OUT
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
proto=$here/../../../proto
out=$1

# The first python3 of PATH may be another than the distribution's, which has
# the packages.
for python in python3 /usr/bin/python3 ''; do
  if [[ -n $python ]] && "$python" -c 'import grpc, google.protobuf' 2>/dev/null; then break; fi
done
[[ -n $python ]] || { echo "python3-grpcio is missing" && exit 77; }
plugin=$(command -v grpc_python_plugin) || { echo "grpc_python_plugin is missing" && exit 77; }

mkdir -p "$out"
cd "$proto"
protoc -I . --python_out="$out" --pyi_out="$out" --grpc_python_out="$out" \
  --plugin=protoc-gen-grpc_python="$plugin" \
  gcjobs/v1/{job,job_service,action_service}.proto google/rpc/{status,error_details}.proto
printf '#!/bin/sh\nPYTHONPATH=%s PYTHONDONTWRITEBYTECODE=1 exec %s %s/example.py "$@"\n' \
  "$out" "$python" "$here" >"$out/example"
chmod +x "$out/example"

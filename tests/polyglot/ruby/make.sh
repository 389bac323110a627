#!/usr/bin/env bash
# Leaves the program as OUT/example; 77: a Ruby with gRPC, or the generator, is
# missing.
#
#   make.sh OUT
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
proto=$here/../../../proto
out=$1

# The first ruby of PATH may be another than the distribution's, which has the
# packages.
for ruby in ruby /usr/bin/ruby ''; do
  if [[ -n $ruby ]] && "$ruby" -e 'require "grpc"' 2>/dev/null; then break; fi
done
[[ -n $ruby ]] || { echo "ruby-grpc is missing" && exit 77; }
plugin=$(command -v grpc_ruby_plugin) || { echo "grpc_ruby_plugin is missing" && exit 77; }

mkdir -p "$out"
# google.rpc comes with the grpc gem.
protoc -I "$proto" --ruby_out="$out" --grpc_out="$out" --plugin=protoc-gen-grpc="$plugin" \
  gcjobs/v1/{job,job_service,action_service}.proto
printf '#!/bin/sh\nexec %s -I %s %s/example.rb "$@"\n' "$ruby" "$out" "$here" >"$out/example"
chmod +x "$out/example"

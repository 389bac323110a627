#!/usr/bin/env bash
# Leaves the program as OUT/example; 77: Go, its gRPC or the generators are
# missing.
#
#   make.sh OUT
#
# With Debian's Go packages, which are a GOPATH and not modules: nothing is
# fetched. docs/clients/go.md tells how to build with modules.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
proto=$here/../../../proto
out=$1
debian=/usr/share/gocode

for program in go protoc-gen-go protoc-gen-go-grpc; do
  command -v "$program" >/dev/null || { echo "$program is missing" && exit 77; }
done
[[ -d $debian/src/google.golang.org/grpc ]] || { echo "golang-google-grpc-dev is missing" && exit 77; }

mkdir -p "$out/src/example"
# Debian's google.rpc is older than ErrorInfo: the project's own stands before it.
protoc -I "$proto" --go_out="$out/src" --go-grpc_out="$out/src" \
  gcjobs/v1/{job,job_service,action_service}.proto google/rpc/error_details.proto
cp "$here"/*.go "$out/src/example"
GO111MODULE=off GOPROXY=off GOFLAGS='' GOPATH=$out:$debian GOCACHE=$out/cache \
  go build -o "$out/example" example

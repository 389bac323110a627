#!/usr/bin/env bash
# Leaves the program as OUT/example; 77: a JDK, gRPC's jars or the generator are
# missing.
#
#   make.sh OUT
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
proto=$here/../../../proto
out=$1

command -v javac >/dev/null || { echo "javac is missing" && exit 77; }
plugin=$(command -v grpc_java_plugin) || { echo "grpc_java_plugin is missing" && exit 77; }

# Debian's jars. google.rpc's own is older than ErrorInfo: it is generated too.
jars=()
for jar in grpc-{api,context,core,netty,protobuf,protobuf-lite,stub} \
  netty-{buffer,codec,codec-http,codec-http2,codec-socks,common,handler,handler-proxy,resolver,transport} \
  protobuf protobuf-util guava gson perfmark-api geronimo-annotation-1.3-spec; do
  file=/usr/share/java/$jar.jar
  [[ -f $file ]] || { echo "$file is missing" && exit 77; }
  jars+=("$file")
done
class_path=$(IFS=: && echo "${jars[*]}")

# javac takes its time.
if [[ -x $out/example && -z $(find "$here" "$proto" -newer "$out/example") ]]; then exit 0; fi

mkdir -p "$out"/{gen,classes}
protoc -I "$proto" --java_out="$out/gen" --grpc_out="$out/gen" \
  --plugin=protoc-gen-grpc="$plugin" \
  gcjobs/v1/{job,job_service,action_service}.proto google/rpc/{status,error_details}.proto
find "$out/gen" -name '*.java' >"$out/sources"
javac -nowarn -proc:none -d "$out/classes" -cp "$class_path" @"$out/sources" "$here"/*.java
printf '#!/bin/sh\nexec java -cp %s:%s Example "$@"\n' "$out/classes" "$class_path" >"$out/example"
chmod +x "$out/example"

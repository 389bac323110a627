#!/usr/bin/env bash
# Includes point one way (docs/architecture.md shows the picture), are written
# from the root of the project, and header guards follow the path.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/common.sh
source scripts/common.sh

# Which modules each module may include, besides itself. The protos are open to
# all. `server` is server/*.cc, which puts everything together. The simulator
# shares no code with what it tests, since a mistake made once would hide in
# both; only the registry of job kinds, which is data, is read by both.
declare -A may_include=(
  [common]=""
  [net]="common"
  [store]="net common"
  [scheduler]="net common"
  [kinds]="common"
  [genesys]="kinds scheduler net common"
  [results]="kinds genesys scheduler net common"
  [jobs]="store kinds genesys scheduler net common"
  [watch]="store net common"
  [rpc]="watch jobs results store kinds genesys scheduler net common"
  [server]="rpc watch jobs results store kinds genesys scheduler net common"
  [client]="common"
  [simulator]="kinds common"
  [tests]="simulator server rpc watch jobs results store kinds genesys scheduler net client common"
)

# The module that a path belongs to, "" for generated code and libraries.
module_of() {
  case $1 in
    tests/simulator/*) printf 'simulator' ;;
    server/genesys/kinds/kind_spec.h | server/genesys/kinds/kind_file.h | \
      server/genesys/kinds/kind_path.h) printf 'kinds' ;;
    common/* | client/* | tests/*) printf '%s' "${1%%/*}" ;;
    server/*/*) local below=${1#server/} && printf '%s' "${below%%/*}" ;;
    server/*) printf 'server' ;;
  esac
}

# The room of server/rpc that a path belongs to, "" elsewhere. Rooms do not know
# each other.
room_of() {
  case $1 in
    server/rpc/*/*) local below=${1#server/rpc/} && printf '%s' "${below%%/*}" ;;
  esac
}

problems=0
problem() {
  printf '%s\n' "$1" >&2
  problems=$((problems + 1))
}

check_include() { # FILE LINE TARGET
  local from to
  if [[ $3 != */* ]]; then problem "$1:$2: write \"$3\" as a path from the root"; fi
  from=$(module_of "$1")
  to=$(module_of "$3")
  if [[ -z $to ]]; then return; fi
  local from_room to_room
  from_room=$(room_of "$1")
  to_room=$(room_of "$3")
  if [[ -n $from_room && -n $to_room && $from_room != "$to_room" ]]; then
    problem "$1:$2: rpc/$from_room must not include rpc/$to_room: \"$3\""
  fi
  if [[ $from == "$to" ]]; then return; fi
  if [[ " ${may_include[$from]-} " != *" $to "* ]]; then
    problem "$1:$2: $from must not include $to: \"$3\""
  fi
}

check_guard() { # FILE
  local guard
  guard=GCJOBS_$(tr 'a-z/.-' 'A-Z___' <<<"$1")_
  if ! grep -qx "#ifndef $guard" "$1" || ! grep -qx "#define $guard" "$1"; then
    problem "$1:1: the header guard must be $guard"
  fi
}

include_pattern='^([^:]+):([0-9]+):#include "([^"]+)"'
while IFS= read -r line; do
  if [[ $line =~ $include_pattern ]]; then
    check_include "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" "${BASH_REMATCH[3]}"
  fi
done < <(cxx_files | xargs -r grep -HnE '^#include "(common|server|client|tests)/|^#include "[^/]+"')

while IFS= read -r header; do
  check_guard "$header"
done < <(project_files '*.h')

((problems == 0))

#!/usr/bin/env bash
# Calls on gcjobsd: SubmitAction until the job is durable, GetJob, and one event
# to many watchers. With a second folder of programs, such as those of another
# commit, the two take turns, and the ratio of their medians is shown.
#
#   rpc_bench.sh BIN_DIR [--against OTHER_BIN_DIR] [--rounds N] [--streams N]
#
# Genesys Cloud is out of reach for these servers, so that jobs stay QUEUED and
# calls alone are measured. Each round has a server and a data directory of its
# own.
set -euo pipefail

bins=("$(cd "$1" && pwd)")
load=${bins[0]}/../bench/rpc_load
shift
rounds=5 streams=10000
while (($# > 0)); do
  case $1 in
    --against) bins+=("$(cd "$2" && pwd)") ;;
    --rounds) rounds=$2 ;;
    --streams) streams=$2 ;;
    *) echo "rpc_bench: unknown argument $1" >&2 && exit 2 ;;
  esac
  shift 2
done

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=scripts/programs.sh
source scripts/programs.sh

median() { printf '%s\n' "$@" | sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# measure BIN WHAT WIDTH COUNT: sets `rate` and `times`.
measure() {
  local data=$work/data-$RANDOM line
  # Nothing listens on the ports of the discard and echo protocols here.
  GENESYS_CLIENT_ID=bench GENESYS_CLIENT_SECRET=bench GENESYS_API_URL=http://127.0.0.1:9 \
    GENESYS_LOGIN_URL=http://127.0.0.1:9 start server "$1/gcjobsd" --listen 127.0.0.1:0 \
    --data-dir "$data"
  line=$("$load" "$address" "${@:2}")
  read -r rate times <<<"$line"
  kill "$started"
  wait "$started" || true
  rm -rf "$data"
}

ulimit -n "$(ulimit -Hn)"
echo "medians of $rounds rounds, $(nproc) cores; times: median and 99th percentile of the last round"
for what in "submit 1 2000" "submit 64 8000" "submit 256 8000" "get 64 20000" "fanout $streams 5"; do
  read -r name width count <<<"$what"
  declare -A rates=()
  for ((round = 1; round <= rounds; ++round)); do
    for bin in "${bins[@]}"; do
      measure "$bin" "$name" "$width" "$count"
      rates[$bin]+="$rate "
    done
  done
  # shellcheck disable=SC2086 # words
  mine=$(median ${rates[${bins[0]}]})
  printf '%-6s %5d: %8.0f per second, %s ms' "$name" "$width" "$mine" "$times"
  if ((${#bins[@]} > 1)); then
    # shellcheck disable=SC2086
    other=$(median ${rates[${bins[1]}]})
    printf '; the other %8.0f, ratio %.3f' "$other" "$(awk "BEGIN { print $mine / $other }")"
  fi
  printf '\n'
done

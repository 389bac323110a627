#!/usr/bin/env bash
# An export through ReadResults into a file, beside curl fetching the same
# pages one after another on one connection: throughput, memory of gcjobsd, and
# the bytes after both gcjobsd and the CLI were killed in the middle.
#
#   export_bench.sh BIN_DIR [PAGES [PAGE_BYTES [ROUNDS]]]      1000 1000000 3
#
# The request budget and the simulator's rate limit are out of the way. Fails
# when the resumed file differs; the figures are for people.
set -euo pipefail

bin=$(cd "$1" && pwd)
pages=${2:-1000} page_bytes=${3:-1000000} rounds=${4:-3}
items_per_page=500

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=scripts/programs.sh
source scripts/programs.sh

start_server() {
  GENESYS_CLIENT_ID=bench GENESYS_CLIENT_SECRET=bench GENESYS_API_URL=http://$simulator \
    GENESYS_LOGIN_URL=http://$simulator start server "$bin/gcjobsd" --listen "$1" \
    --data-dir "$work/data" --request-budget 1000000
  server_pid=$started
}

seconds() { date +%s.%N; }

# timed COMMAND...: sets `took` to the seconds that it took.
timed() {
  local begin
  begin=$(seconds)
  "$@"
  took=$(awk -v begin="$begin" -v end="$(seconds)" 'BEGIN { printf "%.3f", end - begin }')
}

median() { printf '%s\n' "$@" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

memory_kb() { awk -v key="$1:" '$1 == key { print $2 }' "/proc/$server_pid/status"; }

with_curl() { curl --silent --show-error --fail --config "$work/urls" >"$work/pages.json"; }
with_gcjobs() { "$bin/gcjobs" results "$job" --out "$1" --overwrite 2>"$work/cli.err"; }

start simulator "$bin/gcjobs-sim" --rate-limit 0
simulator=$address
start_server 127.0.0.1:0
server=$address
export GCJOBS_SERVER=$server

# shellcheck disable=SC2016 # $sim is a member's name
query=$(printf '{"interval":"2026-01-01T00:00:00Z/2026-01-02T00:00:00Z","$sim":{"queued":"0s",
  "duration":"0s","pages":%d,"itemsPerPage":%d,"pageBytes":%d}}' "$pages" "$items_per_page" "$page_bytes")
job=$("$bin/gcjobs" query submit --endpoint jobs --query "$query" --page-size "$items_per_page" \
  --output json | sed -n 's/^.*"id": *"\([^"]*\)".*$/\1/p' | head -n 1)
"$bin/gcjobs" watch "$job" >/dev/null
upstream=$("$bin/gcjobs" get "$job" --output json |
  sed -n 's/^.*"upstream_id": *"\([^"]*\)".*$/\1/p' | head -n 1)

token=$(curl --silent --user bench:bench --data grant_type=client_credentials \
  "http://$simulator/oauth/token" | sed -n 's/^.*"access_token":"\([^"]*\)".*$/\1/p')
{
  printf 'header = "Authorization: Bearer %s"\n' "$token"
  for ((page = 0; page < pages; ++page)); do
    printf 'url = "http://%s/api/v2/analytics/conversations/details/jobs/%s/results?pageSize=%d&cursor=c%%2F%d%%3D%%3D"\n' \
      "$simulator" "$upstream" "$items_per_page" $((page * items_per_page))
  done
} >"$work/urls"

echo "$pages pages of $page_bytes bytes, $rounds rounds, $(nproc) cores"
idle=$(memory_kb VmRSS)
curl_times=() gcjobs_times=() ratios=()
for ((round = 1; round <= rounds; ++round)); do
  timed with_curl
  curl_time=$took
  timed with_gcjobs "$work/whole.ndjson"
  ratio=$(awk -v a="$curl_time" -v b="$took" 'BEGIN { printf "%.2f", a / b }')
  echo "round $round: curl $curl_time s, gcjobs $took s, throughput ratio $ratio"
  curl_times+=("$curl_time") gcjobs_times+=("$took") ratios+=("$ratio")
done
bytes=$(stat -c %s "$work/whole.ndjson")
echo "median: curl $(median "${curl_times[@]}") s, gcjobs $(median "${gcjobs_times[@]}") s," \
  "throughput ratio $(median "${ratios[@]}")"
echo "file: $bytes bytes, $(wc -l <"$work/whole.ndjson") items"
echo "gcjobsd: idle $((idle / 1024)) MB, peak $(($(memory_kb VmHWM) / 1024)) MB," \
  "$((($(memory_kb VmHWM) - idle) / 1024)) MB more"

# Both killed in the middle, started again, the same bytes.
"$bin/gcjobs" results "$job" --out "$work/resumed.ndjson" 2>/dev/null &
cli=$!
pids+=("$cli")
while [[ $(stat -c %s "$work/resumed.ndjson.part" 2>/dev/null || echo 0) -lt $((bytes / 2)) ]]; do
  kill -0 "$cli" 2>/dev/null || { echo "the export ended before it could be killed" >&2 && exit 1; }
done
kill -9 "$cli" "$server_pid"
wait "$cli" "$server_pid" 2>/dev/null || true
at=$(stat -c %s "$work/resumed.ndjson.part")
[[ ! -e $work/resumed.ndjson ]]
start_server "$server"
with_gcjobs "$work/resumed.ndjson"
cmp "$work/whole.ndjson" "$work/resumed.ndjson"
echo "killed -9 at $at of $bytes bytes, both; resumed: the same bytes"

#!/usr/bin/env bash
# Runs one language's example against gcjobsd and gcjobs-sim. The server is
# killed (SIGKILL) and started again while the example waits for its action, and
# once more while it reads results. What it prints must be expected.txt, which
# all languages share. 77: the language's toolchain is not there.
#
#   run.sh LANGUAGE BIN_DIR OUT_DIR
#
# shellcheck disable=SC2016  # $sim is a name that the simulator knows
set -euo pipefail
language=$1 bin=$(realpath "$2") out=$(realpath -m "$3")
cd "$(dirname "${BASH_SOURCE[0]}")"

action=custom_-_00000000-0000-4000-8000-000000000001
# The action does not end by itself: this script ends it when the server is back.
parameters='{"$sim":{"queued":"0s","duration":"1h",
  "result":{"id":12345678901234567890,"price":1.10}}}'
query='{"interval":"2026-01-01T00:00:00Z/2026-01-02T00:00:00Z",
  "$sim":{"queued":"0s","duration":"0s","pages":4,"itemsPerPage":3}}'

work=$(mktemp -d)
pids=()
cleanup() {
  for pid in "${pids[@]}"; do kill -KILL "$pid" || true; done
  wait || true
  rm -rf "$work"
} 2>/dev/null
trap cleanup EXIT
trap 'exit 130' INT TERM

say() { printf '== %s\n' "$*"; }

fail() {
  say "$*"
  sed 's/^/gcjobsd: /' "$work/gcjobsd.err" 2>/dev/null || true
  exit 1
}

# await_line FILE PID PATTERN: until the program has written such a line.
await_line() {
  until grep -q "$3" "$1"; do
    kill -0 "$2" 2>/dev/null || fail "ended without '$3'"
    sleep 0.02
  done
}

# start NAME COMMAND...: sets `started` to its pid and `address` to where it listens.
start() {
  local name=$1
  shift
  : >"$work/$name.out"
  "$@" >"$work/$name.out" 2>"$work/$name.err" &
  started=$!
  pids+=("$started")
  await_line "$work/$name.out" "$started" '^listening on '
  address=$(sed -n 's/^listening on //p' "$work/$name.out")
}

# Events of deleted jobs are forgotten when it starts.
start_server() {
  GENESYS_CLIENT_ID=example GENESYS_CLIENT_SECRET=example GENESYS_API_URL=http://$sim \
    GENESYS_LOGIN_URL=http://$sim \
    start gcjobsd "$bin/gcjobsd" --listen "${server:-127.0.0.1:0}" --data-dir "$work/data" \
    --event-window 0s
  server=$address
  server_pid=$started
  say "gcjobsd on $server"
}

kill_server() {
  say "kill -9 gcjobsd: $1"
  kill -KILL "$server_pid"
  wait "$server_pid" 2>/dev/null || true
}

# simulator METHOD PATH [JSON]: one request to its control endpoints.
simulator() {
  curl --fail --silent --show-error --request "$1" "http://$sim/__sim/$2" ${3:+--data "$3"}
}

# A job that was here before, and is forgotten: revision 1 is compacted.
forget_a_job() {
  local id
  id=$("$bin/gcjobs" --server "$server" submit action "$action" --wait 0s --output json \
    --params '{"$sim":{"queued":"0s","duration":"0s"}}' | sed -n 's/.*"id": *"\([^"]*\)".*/\1/p')
  "$bin/gcjobs" --server "$server" watch "$id" >/dev/null
  "$bin/gcjobs" --server "$server" delete "$id" >/dev/null 2>&1
  kill_server "the next one forgets an old job"
  start_server
  await_line "$work/gcjobsd.err" "$server_pid" events_trimmed
}

finish_action() {
  local id
  id=$(simulator GET jobs | grep -o '{[^{}]*"phase":"running"[^{}]*}' |
    sed 's/.*"id":"\([^"]*\)".*/\1/')
  simulator POST "jobs/$id" '{"finish":"completed"}' >/dev/null
}

add_fault() { simulator POST faults "$1" >/dev/null; }
clear_faults() { simulator DELETE faults >/dev/null; }

say "making the $language example"
status=0
"$language/make.sh" "$out" || status=$?
((status == 0)) || exit "$status"

start gcjobs-sim "$bin/gcjobs-sim" --rate-limit 0
sim=$address
start_server
forget_a_job
add_fault '{"method":"GET","route":"/api/v2/integrations/actions/*",
  "status":429,"headers":{"Retry-After":"1"},"count":1}'
# No third page before the server was killed.
add_fault '{"method":"GET","route":"/api/v2/analytics/conversations/details/jobs/*/results",
  "skip":2,"delay":"1h","count":1000}'

say "running it"
mkfifo "$work/lines"
timeout 300 "$out/example" "$server" "$action" "$parameters" "$query" \
  >"$work/lines" 2>"$work/example.err" &
example=$!
pids+=("$example")
while IFS= read -r line; do
  printf '%s\n' "$line" | tee -a "$work/transcript"
  case $line in
    "action: 3 RUNNING")
      kill_server "the example is watching"
      start_server
      finish_action
      ;;
    "page 2: "*)
      kill_server "the example is reading results"
      clear_faults
      start_server
      ;;
  esac
done <"$work/lines"
wait "$example" || fail "the example ended with status $?: $(cat "$work/example.err")"
sed 's/^/stderr: /' "$work/example.err"
diff -u expected.txt "$work/transcript" || fail "the example printed something else"

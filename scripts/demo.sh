#!/usr/bin/env bash
# Shows the main job end to end: a simulated Genesys Cloud, a server, and the
# CLI. Everything runs on loopback, in a directory that is removed at the end;
# nothing is left running.
#
#   scripts/demo.sh               simulated work runs five times as fast
#   scripts/demo.sh --real-time   it takes as long as it says: about 90 s
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

bin=build/release/bin
speed=5
case "${1:-}" in
  '') ;;
  --real-time) speed=1 ;;
  *) echo "usage: ./dev demo [--real-time]" >&2 && exit 2 ;;
esac

bold='' dim='' plain=''
if [[ -t 1 && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then
  bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'
fi

# shellcheck source=scripts/programs.sh
source scripts/programs.sh

title() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }

# Shows a command as a user would type it, and runs it.
run() {
  local word line='gcjobs'
  for word in "$@"; do
    [[ $word =~ ^[A-Za-z0-9_./:=-]+$ ]] || word="'$word'"
    line+=" $word"
  done
  printf '%s$ %s%s\n' "$dim" "$line" "$plain"
  "$bin/gcjobs" "$@"
}

# The id of the newest job with a label.
job_of() {
  "$bin/gcjobs" list --label "$1" --output json | sed -n 's/.*"id": *"\([^"]*\)".*/\1/p' | head -n 1
}

# The same for a command that is to end with this exit code.
run_expecting() {
  local expected=$1 code=0
  shift
  run "$@" || code=$?
  echo "${dim}(exit code $code)$plain"
  [[ $code == "$expected" ]] || { echo "expected exit code $expected" >&2 && exit 1; }
}

title "A simulated Genesys Cloud (work runs $speed times as fast) and a server"
start gcjobs-sim "$bin/gcjobs-sim" --seed 7 --speed "$speed" --log "$work/requests.jsonl"
echo "gcjobs-sim on $address"
export GENESYS_API_URL=http://$address GENESYS_LOGIN_URL=http://$address
GENESYS_CLIENT_ID=demo GENESYS_CLIENT_SECRET=demo \
  start gcjobsd "$bin/gcjobsd" --listen 127.0.0.1:0 --data-dir "$work/data"
echo "gcjobsd on $address"
export GCJOBS_SERVER=$address

look_up=custom_-_00000000-0000-4000-8000-000000000001
declines=custom_-_00000000-0000-4000-8000-000000000002
never_ends=custom_-_00000000-0000-4000-8000-000000000006

title "The data actions of the organisation"
run action list --limit 8

title "One is cut off after 3 s: raise its limit to 10 s, and read it back"
run action timeout get "$look_up"
run action timeout set "$look_up" 10s
run action timeout get "$look_up"

title "An action of 75 s: longer than any synchronous call may take (60 s)"
# shellcheck disable=SC2016  # $sim is a name that the simulator knows
run submit action "$look_up" --label demo=long --watch \
  --params '{"customer":"C-1042","$sim":{"duration":"75s","queued":"3s","result":{"id":12345678901234567890,"balance":1.10}}}'
run get "$(job_of demo=long)" --result-only

title "An action that fails"
run_expecting 1 submit action "$declines" --label demo=fails --watch

title "An action that is cancelled"
run submit action "$never_ends" --label demo=cancelled
run cancel "$(job_of demo=cancelled)"

title "All of it, as the server keeps it"
run list

title "What Genesys Cloud was asked"
grep -o '"method":"[A-Z]*"\|"route":"[^"]*"' "$work/requests.jsonl" | sed 's/.*:"\(.*\)"/\1/' |
  paste -d' ' - - | sort | uniq -c | sort -rn

title "Done: both are stopped and the data is removed"

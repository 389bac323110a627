#!/usr/bin/env bash
# The checks of the protos pass on the protos as they are, and each finds what it
# is there for in a copy that is broken on purpose. 77: buf or git is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
if [[ ! -x tools/buf/node_modules/.bin/buf ]] || ! command -v git >/dev/null; then
  echo "left out: buf or git is missing; ./dev setup installs them"
  exit 77
fi

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
mkdir -p "$copy"/{docs,server/scheduler,server/store,tools/buf}
cp -r proto scripts buf.yaml "$copy"
cp docs/api.md "$copy/docs"
cp server/scheduler/survival_state.proto "$copy/server/scheduler"
cp server/store/stored_job.proto "$copy/server/store"
ln -s "$PWD/tools/buf/node_modules" "$copy/tools/buf/node_modules"
cd "$copy"
git init -q
git add proto server
git -c user.name=test -c user.email=test@localhost commit -q -m "as it is"

style() { scripts/buf.sh lint; }
format() { scripts/buf.sh format --diff --exit-code; }
changes() { scripts/proto_changes.sh HEAD; }
docs() { scripts/api_docs.sh --check; }

failures=0
# verdict GOOD WHAT: counts and tells.
verdict() {
  if (($1)); then
    echo "ok: $2"
  else
    echo "WRONG: $2"
    failures=$((failures + 1))
  fi
}

# passes CHECK [SITUATION]
passes() {
  local report good=1
  report=$("$1" 2>&1) || good=0
  verdict "$good" "$1 passes${2:+: $2}"
  ((good)) || printf '%s\n' "$report"
}

# finds CHECK WORDS FILE EDIT: with the sed edit, the check fails and says so.
finds() {
  local report failed=0 good=0
  cp "$3" "$copy/saved"
  sed -i "$4" "$3"
  report=$("$1" 2>&1) || failed=1
  if ((failed)) && grep -qF "$2" <<<"$report"; then good=1; fi
  verdict "$good" "$1 finds: $2"
  printf '%s\n' "$report" | sed 's/^/    /' | head -n 4
  cp "$copy/saved" "$3"
}

jobs=proto/gcjobs/v1/job_service.proto
job=proto/gcjobs/v1/job.proto
stored=server/store/stored_job.proto
learned=server/scheduler/survival_state.proto

for check in style format changes docs; do passes "$check"; done

finds style 'should be lower_snake_case' "$jobs" 's/string job_id = 1/string jobId = 1/'
finds style 'should have a non-empty comment' "$jobs" '/The current state of one job/d'
finds style 'should be prefixed with "JOB_STATE_"' "$job" 's/JOB_STATE_RUNNING = 3/RUNNING = 3/'
finds format '+  string org = 1;' "$job" 's/^  string org = 1;/ string  org=1;/'
finds changes 'was deleted' "$jobs" '/rpc DeleteJob/d'
finds changes 'changed type from "int64" to "int32"' "$job" 's/int64 revision = 18/int32 revision = 18/'
finds changes 'changed name from "org" to "organisation"' "$job" 's/string org = 2/string organisation = 2/'
finds changes 'changed type from' "$stored" 's/int64 last_sequence = 2/string last_sequence = 2/'
finds changes 'changed type from' "$learned" 's/int32 bins_per_e/bytes bins_per_e/'
finds docs '+One job, now.' "$jobs" 's/The current state of one job\./One job, now./'

sed -i 's/int64 last_sequence = 2/int64 newest_sequence = 2/' "$stored"
passes changes "another name for what is on disk"

((failures == 0))

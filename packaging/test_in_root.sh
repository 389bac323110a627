#!/usr/bin/env bash
# test_in_root.sh ROOT PACKAGES SIMULATOR: the part of test_deb.sh that runs while ROOT exists. The
# simulator runs outside; both share the network.
set -euo pipefail
root=$1 packages=$2 simulator=$3

scratch=$(mktemp -d)
pids=()
cleanup() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$scratch"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

started=$SECONDS
step() { printf -- '-- %3d s  %s\n' $((SECONDS - started)) "$*"; }
fail() {
  echo "FAILED: $*" >&2
  exit 1
}

inside() { chroot "$root" "$@"; }
apt_get() {
  inside env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 "$@" \
    >"$scratch/apt.log" 2>&1 || { cat "$scratch/apt.log" >&2 && fail "apt-get $*"; }
}

# All files but those that any work with packages changes.
files() {
  (cd "$root" && find . \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./tmp -o -path ./run \
    -o -path ./var/cache -o -path ./var/log -o -path ./var/lib/apt -o -path ./var/lib/dpkg \) -prune \
    -o -print | sort)
}

# start NAME COMMAND...: sets `address` to where it listens, and `pid`.
start() {
  local name=$1
  shift
  : >"$scratch/$name.out" # read before the program's shell has made it
  "$@" >"$scratch/$name.out" 2>"$scratch/$name.err" &
  pid=$!
  pids+=("$pid")
  address=''
  while [[ -z $address ]]; do
    kill -0 "$pid" 2>/dev/null || { cat "$scratch/$name.err" >&2 && fail "$name did not start"; }
    address=$(sed -n 's/^listening on //p' "$scratch/$name.out")
    [[ -n $address ]] || sleep 0.05
  done
}

stop() {
  kill "$1"
  wait "$1" || fail "exit code $? at a stop"
}

# As the unit runs it: its configuration file, an unprivileged user, a folder for its state.
start_server() {
  start gcjobsd chroot --userspec=nobody:nogroup "$root" env -i STATE_DIRECTORY=/var/lib/gcjobs \
    GENESYS_CLIENT_ID=test GENESYS_CLIENT_SECRET=test \
    /usr/bin/gcjobsd --config /etc/gcjobs/gcjobsd.conf --listen 127.0.0.1:0 \
    --api-url "http://$simulator_address" --login-url "http://$simulator_address"
  server_pid=$pid server_address=$address
}

gcjobs() { inside env -i PATH=/usr/bin GCJOBS_SERVER="$server_address" gcjobs "$@"; }

install_packages() {
  files >"$scratch/before"
  cp "$packages"/*.deb "$root/tmp"
  apt_get install --no-install-recommends "${debs[@]/#//tmp/}"
  local file
  for file in usr/bin/gcjobsd usr/bin/gcjobs etc/gcjobs/gcjobsd.conf etc/gcjobs/credentials \
    usr/lib/systemd/system/gcjobsd.service usr/share/man/man8/gcjobsd.8.gz \
    usr/share/bash-completion/completions/gcjobs usr/share/zsh/vendor-completions/_gcjobs \
    usr/share/fish/vendor_completions.d/gcjobs.fish \
    usr/share/gcjobs/proto/gcjobs/v1/job_service.proto; do
    [[ -e $root/$file ]] || fail "$file is not installed"
  done
  [[ $(stat -c %a "$root/etc/gcjobs/gcjobsd.env") == 600 ]] || fail "anybody can read the credentials"
}

use_packages() {
  install -d -m 700 -o 65534 -g 65534 "$root/var/lib/gcjobs"
  start gcjobs-sim "$simulator" --seed 7 --speed 5
  simulator_address=$address
  start_server
  gcjobs version
  gcjobs health
  # shellcheck disable=SC2016  # $sim is a name that the simulator knows
  gcjobs submit action custom_-_00000000-0000-4000-8000-000000000001 --label from=deb --watch \
    --params '{"$sim":{"duration":"2s","result":{"balance":1.10}}}'
  # Jobs outlive the server.
  stop "$server_pid"
  start_server
  [[ $(gcjobs list --label from=deb --output json) == *JOB_STATE_SUCCEEDED* ]] ||
    fail "the job is gone"
  stop "$server_pid"
}

remove_packages() {
  apt_get remove gcjobsd gcjobs gcjobs-protos
  [[ -e $root/var/lib/gcjobs/gcjobs.db && -e $root/etc/gcjobs/gcjobsd.conf ]] ||
    fail "removal took the jobs or the configuration"
  apt_get purge gcjobsd # of the others nothing was left to purge
  apt_get autoremove --purge
  files >"$scratch/after"
  diff "$scratch/before" "$scratch/after" >&2 || fail "the purge left something"
}

mapfile -t debs < <(cd "$packages" && printf '%s\n' *.deb)
step "a clean root; installing ${debs[*]}"
install_packages
step "using them"
use_packages
step "removing and purging them"
remove_packages
step "done: nothing is left of them"

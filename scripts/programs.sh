# Programs that run for as long as the script that sources this, and the folder
# that they work in. Whatever happens, both are gone at the script's end.
# shellcheck shell=bash

work=$(mktemp -d)
pids=()
stop_programs() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap stop_programs EXIT
trap 'exit 130' INT TERM

# start NAME COMMAND...: starts a program and sets `started` to its pid and
# `address` to where it listens.
start() {
  local name=$1
  shift
  : >"$work/$name.out" # read before the program has made it
  "$@" >"$work/$name.out" 2>"$work/$name.err" &
  started=$!
  pids+=("$started")
  address=''
  # The line appears within milliseconds; a program that ends instead has said
  # why on stderr.
  while [[ -z $address ]]; do
    if ! kill -0 "$started" 2>/dev/null; then
      echo "$name did not start:" >&2
      cat "$work/$name.err" >&2
      exit 1
    fi
    address=$(sed -n 's/^listening on //p' "$work/$name.out")
    [[ -n $address ]] || sleep 0.05
  done
}

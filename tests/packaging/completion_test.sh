#!/usr/bin/env bash
# completion_test.sh SHELL PROGRAM HELP_FILES: asks the shell what may follow, and compares with what
# --help says, for the program and each of its commands.
set -euo pipefail
shell=$1 program=$2 files=$3
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
name=${program##*/}

command -v "$shell" >/dev/null || { echo "$shell is not installed" && exit 77; }
[[ -d $files ]] || { echo "nothing was made from --help: no Python 3 at build time" && exit 77; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export HOME=$scratch XDG_CONFIG_HOME=$scratch XDG_DATA_HOME=$scratch XDG_CACHE_HOME=$scratch

# What the shell offers after the words, one on a line. The last word may be unfinished.
offers() {
  case $shell in
    bash) "$here/offers.bash" "$files/bash/$name" "$@" ;;
    fish) fish --no-config "$here/offers.fish" "$files/fish/$name.fish" "$@" ;;
    zsh) "$here/offers.zsh" "$files/zsh" "$@" ;;
  esac
}

failures=0
# expect WORD... -- TYPED...: each of the words is among what is offered.
expect() {
  local wanted=() offered word
  while [[ $1 != -- ]]; do wanted+=("$1") && shift; done
  shift
  offered=$(offers "$@") || true # says what is missing, below
  for word in "${wanted[@]}"; do
    if ! grep -qxF -e "$word" <<<"$offered"; then
      echo "$shell does not offer $word after: $*" >&2
      failures=$((failures + 1))
    fi
  done
}

# below PATH...: the commands directly below a command, as its help lists them.
below() {
  "$program" "$@" --help | awk '
    /^[^ ]/ { inside = /^Commands:$/ }
    inside && /^  [^ ]/ { print $1 }' | uniq
}

flags() {
  "$program" "$@" --help | grep -oE '^  (-[a-zA-Z], ?)?--[a-z-]+' | grep -oE -e '--[a-z-]+'
}

commands_checked=0
check() {
  local commands long
  mapfile -t commands < <(below "$@")
  mapfile -t long < <(flags "$@")
  commands_checked=$((commands_checked + 1))
  expect "${long[@]}" -- "$name" "$@" --
  if ((${#commands[@]} == 0)); then return; fi
  expect "${commands[@]}" -- "$name" "$@" ""
  local command
  for command in "${commands[@]}"; do check "$@" "$command"; done
}

check
if [[ $name == gcjobs ]]; then
  expect table json -- gcjobs --output ""
  expect async direct -- gcjobs submit action custom_-_1 --mode ""
  # A value is no command, whatever it says; global options may stand anywhere.
  expect submit list -- gcjobs --org watch ""
  expect --server --result-only -- gcjobs --output=json get --
else
  expect sqlite memory -- gcjobsd --store ""
  : >"$scratch/own.conf"
  cd "$scratch"
  expect own.conf -- gcjobsd --config own
fi

echo "$shell: $commands_checked commands of $name, $failures words missing"
((failures == 0 && commands_checked > 0))

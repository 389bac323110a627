#!/usr/bin/env bash
# offers.bash FILE WORD...: what the completion in FILE offers for the last word.
set -uo pipefail
# Only while the user types is there an option to set.
compopt() { :; }
# shellcheck source=/dev/null
source "$1"
shift
# As bash itself splits at = (see COMP_WORDBREAKS).
COMP_WORDS=()
for word in "$@"; do
  if [[ $word == --*=* ]]; then COMP_WORDS+=("${word%%=*}" "=" "${word#*=}"); else COMP_WORDS+=("$word"); fi
done
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
"_$1" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}"

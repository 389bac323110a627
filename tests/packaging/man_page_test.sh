#!/usr/bin/env bash
# man_page_test.sh PROGRAM HELP_FILES: groff has nothing against the page, and it explains every long
# flag of --help.
set -euo pipefail
program=$1 files=$2
command -v groff >/dev/null || { echo "groff is not installed" && exit 77; }
[[ -d $files ]] || { echo "nothing was made from --help: no Python 3 at build time" && exit 77; }

pages=("$files/man/${program##*/}".?.gz)
complaints=$(gzip -dc "${pages[0]}" | groff -man -Tutf8 -ww 2>&1 >/dev/null)
text=$(gzip -dc "${pages[0]}" | groff -man -Tutf8 -P-c -P-b -P-u 2>/dev/null)
failures=0
while read -r flag; do
  if ! grep -qE -e "(^| )$flag( |,|\$)" <<<"$text"; then
    echo "the page does not explain $flag" >&2
    failures=$((failures + 1))
  fi
done < <("$program" --help | grep -oE '^  (-[a-zA-Z], ?)?--[a-z-]+' | grep -oE -e '--[a-z-]+')
printf '%s' "$complaints"
[[ -z $complaints ]] && ((failures == 0))

#!/usr/bin/env bash
# tidy.sh [=recent | =all]: clang-tidy over the .cc files that differ from HEAD,
# those of the newest commits, or all. Needs the asan preset configured and its
# generated headers made.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/common.sh
source scripts/common.sh

# How long =recent may take; how much it has not reached then it says.
recent_seconds=360

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

case ${1:-} in
  "") { git diff --name-only HEAD -- '*.cc' && git ls-files -o --exclude-standard -- '*.cc'; } ;;
  =recent) git log --format= --name-only -n 200 -- '*.cc' | awk 'NF && !seen[$0]++' ;;
  =all) project_files '*.cc' ;;
  *) die "tidy: unknown argument $1" ;;
esac | existing >"$work/wanted"

# Without precompiled headers: they may not be made yet.
sed -E 's/ -Winvalid-pch( -Xclang [^ ]+)*//; s/ -Xclang -fno-pch-timestamp//' \
  build/asan/compile_commands.json >"$work/compile_commands.json"
# A file that the preset does not compile has no flags to check it with.
sed -nE 's|^ *"file": "(.*)",?$|\1|p' "$work/compile_commands.json" |
  sed "s|^$root/||" | sort >"$work/compiled"
mapfile -t files < <(grep -xF -f "$work/compiled" "$work/wanted" || true)

checked=0
failed=0
for file in "${files[@]}"; do
  if [[ ${1:-} == =recent ]] && ((SECONDS > recent_seconds)); then break; fi
  if (($(jobs -rp | wc -l) >= $(nproc))); then wait -n || failed=1; fi
  clang-tidy-14 -p "$work" --quiet "$file" >>"$work/found" 2>/dev/null &
  checked=$((checked + 1))
done
while (($(jobs -p | wc -l) > 0)); do wait -n || failed=1; done

cat "$work/found" 2>/dev/null || true
say "clang-tidy: $checked of ${#files[@]} files"
exit "$failed"

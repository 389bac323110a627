#!/usr/bin/env bash
# Installs, uses and purges the .deb packages in a clean root that this makes and removes:
#
#   packaging/test_deb.sh PACKAGES SIMULATOR
#
# PACKAGES is the folder of the .deb files, SIMULATOR the gcjobs-sim to run against. 77: cannot here.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
packages=$(realpath "$1") simulator=$(realpath "$2")

leave_out() {
  echo "left out: $1"
  exit 77
}

((EUID == 0)) || leave_out "only root can make a root for the packages"
command -v mmdebstrap >/dev/null || leave_out "mmdebstrap is not installed"
# shellcheck source=/dev/null
suite=$(source /etc/os-release && echo "${VERSION_CODENAME:-}")

# The packages of the clean root come from where this system gets its own.
sources=()
for file in /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources; do
  if [[ -s $file ]]; then sources+=("$file"); fi
done
((${#sources[@]} > 0)) || leave_out "this system has no package sources"

# mmdebstrap mounts what a root needs, and undoes all of it, however the hook ends.
quoted=$(printf ' %q' "$packages" "$simulator")
mmdebstrap --quiet --mode=root --variant=minbase --format=null \
  --customize-hook="exec '$here/test_in_root.sh' \"\$1\"$quoted" "$suite" - "${sources[@]}"

#!/usr/bin/env bash
# Installs, uses and purges the .deb packages in a clean root that this makes and removes:
#
#   packaging/test_deb.sh PACKAGES SIMULATOR
#
# PACKAGES is the folder of the .deb files, SIMULATOR the gcjobs-sim to run against. 77: cannot here.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
packages=$(realpath "$1") simulator=$(realpath "$2")
# shellcheck source=packaging/clean_root.sh
source "$here/clean_root.sh"

# Nothing is kept of the root; the test runs while it is there.
quoted=$(printf ' %q' "$packages" "$simulator")
clean_root - --format=null --customize-hook="exec '$here/test_in_root.sh' \"\$1\"$quoted"

#!/usr/bin/env bash
# No file says where one machine keeps things, or which package mirror it uses:
# that is nobody else's business and breaks for everybody else.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/common.sh
source scripts/common.sh

# The brackets keep the patterns from finding themselves.
paths='(^|[^A-Za-z0-9_.$}/-])/(wor[k]|roo[t]|hom[e]|User[s])/[A-Za-z0-9_]'
hosts='(regis[t]ry\.npmjs|deb\.debia[n]|security\.debia[n]|snapshot\.debia[n]|archive\.ubunt[u]'
hosts+='|py[p]i\.org|files\.pythonhoste[d]|proxy\.golan[g]|crates\.i[o]|repo1?\.mave[n])'
# npm writes the mirror into its lock file unless it is told not to (npm install
# --omit-lockfile-registry-resolved).
lock='"resolve[d]": "http'

# Files, not data: -I leaves binaries out.
! project_files '*' | xargs -r grep -InE -e "$paths" -e "$hosts" -e "$lock"

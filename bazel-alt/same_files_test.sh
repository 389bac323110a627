#!/usr/bin/env bash
# same_files_test.sh TARGETS_JSON: BUILD.bazel is what generate.py makes of CMake's targets.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
command -v python3 >/dev/null || { echo "python3 is not installed" && exit 77; }

made=$(python3 -B ./generate.py "$1")
diff -u --label BUILD.bazel --label "what CMake says" BUILD.bazel - <<<"$made" ||
  { echo "run ./dev bazel --update" && exit 1; }

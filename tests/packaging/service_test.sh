#!/usr/bin/env bash
# service_test.sh UNIT_TEMPLATE: systemd knows every setting of gcjobsd's unit, and what the service
# is exposed to is little: 1.5 of 10 at most.
set -euo pipefail
command -v systemd-analyze >/dev/null || { echo "systemd is not installed" && exit 77; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# A program and a page that are there: verify looks for both.
sed -e 's|^ExecStart=.*|ExecStart=/bin/true|' -e '/^Documentation=/d' -e 's|@sysconfdir@|/etc|' "$1" \
  >"$scratch/gcjobsd.service"
complaints=$(systemd-analyze verify "$scratch/gcjobsd.service" 2>&1 | grep -F gcjobsd.service || true)
[[ -z $complaints ]] || { echo "$complaints" && exit 1; }
report=$(systemd-analyze security --offline=yes --threshold=15 --no-pager "$scratch/gcjobsd.service") ||
  { echo "$report" && exit 1; }
tail -n 1 <<<"$report"

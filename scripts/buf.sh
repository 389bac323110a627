#!/usr/bin/env bash
# buf, as tools/buf pins it; it needs no network.
exec "$(dirname "${BASH_SOURCE[0]}")/../tools/buf/node_modules/.bin/buf" "$@"

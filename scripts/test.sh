# Running tests and counting them; sourced by ./dev.
# shellcheck shell=bash

passed=0
failed=0
skipped=0
left_out=() # the names of the skipped ones

# run_ctest PRESET [CTEST-ARGUMENT...]: runs tests of a built preset and adds
# them to the counts; failures are counted, not fatal, so that the next preset
# runs too.
run_ctest() {
  local preset=$1 status=0 failed_before=$failed
  local results=$root/build/$1/test-results.xml
  shift
  rm -f "$results"
  ctest --test-dir "build/$preset" -j2 --output-on-failure --output-junit "$results" \
    --no-tests=ignore "$@" </dev/null | without_passes || status=$?
  if [[ -f $results ]]; then count_results "$results"; fi
  # ctest itself failed, say over its arguments.
  if ((status != 0 && failed == failed_before)); then die "ctest ended with status $status"; fi
}

# Hundreds of lines about tests that pass would hide the one that does not.
without_passes() {
  grep -vE -e '^ *(Start +[0-9]+:|[0-9]+/[0-9]+ Test +#[0-9]+: .* Passed )' \
    -e '^(Internal ctest changing|Test project) ' || true
}

# count_results FILE: adds up CTest's JUnit file. A test that did not run, but
# neither was disabled nor skipped itself, has failed: its program is missing.
count_results() {
  local counts
  read -ra counts < <(awk '
    /^\t*<testcase .* status="run"/ { passed++ }
    /^\t*<testcase .* status="fail"/ { failed++ }
    /^\t*<testcase .* status="disabled"/ { skipped++ }
    /^\t*<skipped message="SKIP_/ { skipped++; next }
    /^\t*<skipped message=/ { failed++ }
    END { print passed + 0, failed + 0, skipped + 0 }' "$1")
  passed=$((passed + counts[0]))
  failed=$((failed + counts[1]))
  skipped=$((skipped + counts[2]))
  mapfile -t -O "${#left_out[@]}" left_out < <(
    sed -nE '/^\t*<testcase /h; /^\t*<skipped message="SKIP_RETURN_CODE/{x; s/.* name="([^"]*)".*/\1/p}' "$1")
}

# What was left out, and the last line of every test run; fails when a test did,
# or when none ran.
report_counts() {
  if ((${#left_out[@]} > 0)); then
    echo "left out, as its toolchain is missing (./dev setup --all installs all): ${left_out[*]}"
  fi
  local line="$passed passed, $failed failed"
  if ((skipped > 0)); then line+=", $skipped skipped"; fi
  echo "$line"
  ((failed == 0 && passed > 0))
}

# A clean system of this distribution, for the tests of the packages; sourced by them.
# shellcheck shell=bash

leave_out() {
  echo "left out: $1"
  exit 77
}

# clean_root DIRECTORY [MMDEBSTRAP-OPTION...]: with the hooks that the options name. mmdebstrap mounts
# what they need, and undoes all of it, however they end. Its packages come from where this system
# gets its own.
clean_root() {
  local directory=$1 suite file sources=()
  shift
  ((EUID == 0)) || leave_out "only root can make a root for the packages"
  command -v mmdebstrap >/dev/null || leave_out "mmdebstrap is not installed"
  # shellcheck source=/dev/null
  suite=$(source /etc/os-release && echo "${VERSION_CODENAME:-}")
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources; do
    if [[ -s $file ]]; then sources+=("$file"); fi
  done
  ((${#sources[@]} > 0)) || leave_out "this system has no package sources"
  mmdebstrap --quiet --mode=root --variant=minbase "$@" "$suite" "$directory" "${sources[@]}"
}

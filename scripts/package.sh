# Packages; sourced by ./dev.
# shellcheck shell=bash

# build/packages: a .tar.gz and a .deb of each component.
make_packages() {
  build release bin/gcjobsd bin/gcjobs
  # Python may have come after the build was configured.
  quiet cmake build/release
  build release gcjobsd_help_files gcjobs_help_files
  rm -rf build/packages
  step "package" quiet cpack --config build/release/CPackConfig.cmake -B "$root/build/packages"
  rm -rf build/packages/_CPack_Packages
  (cd build/packages && du -b --apparent-size ./*.* | sed 's|\t./|\t|')
}

# test_packages: by lintian, in a clean root, and the service under systemd.
test_packages() {
  build release bin/gcjobs-sim
  step "lintian" lintian --allow-root --fail-on error,warning \
    --suppress-tags-from-file packaging/deb/lintian build/packages/*.deb
  test_package packaging/test_deb.sh
  test_package packaging/test_service.sh
}

# test_package SCRIPT: which ends with 77 when it cannot run here, and has said why.
test_package() {
  local status=0
  step "$1" "$1" build/packages build/release/bin/gcjobs-sim || status=$?
  ((status == 0 || status == 77)) || die "package: $1 failed"
}

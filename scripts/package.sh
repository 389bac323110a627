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

# test_packages: in a clean system, and by lintian.
test_packages() {
  local status=0
  build release bin/gcjobs-sim
  step "lintian" lintian --allow-root --fail-on error,warning --suppress-tags-from-file packaging/deb/lintian \
    build/packages/*.deb
  step "test packages" packaging/test_deb.sh build/packages build/release/bin/gcjobs-sim || status=$?
  case $status in
    0) ;;
    77) say "the packages were not installed: see above" ;;
    *) die "package: the packages do not work" ;;
  esac
}

# What the project needs from the system, and how it gets there; sourced by
# ./dev. Written for Debian 12, where everything is a package of the
# distribution.
# shellcheck shell=bash

# Compilers and tools of the build.
packages_build=(
  cmake ninja-build g++ ccache pkg-config protobuf-compiler protobuf-compiler-grpc
)
# Libraries of the server and the CLI. ca-certificates: the trust anchors for
# TLS to Genesys Cloud, which libcurl only recommends.
packages_build+=(
  libgrpc++-dev libprotobuf-dev libabsl-dev libcurl4-openssl-dev libssl-dev rapidjson-dev
  libsimdjson-dev libsqlite3-dev libcli11-dev prometheus-cpp-dev ca-certificates
)
# Libraries of the simulator, the tests and the benchmarks; curl is what an
# export is measured against, jq what the documentation uses.
packages_build+=(libcpp-httplib-dev libgtest-dev libgmock-dev libbenchmark-dev curl jq)

# The dev preset: clang, for its thread-safety analysis, and its sanitizers
# (llvm-14: the symbolizer that makes their reports readable); lld links the many
# test programs in a quarter of the time.
packages_clang=(clang-14 libclang-rt-14-dev llvm-14 lld)

# ./dev lint, ./dev fmt and ./dev docs; buf, for the protos, comes from npm.
packages_lint=(clang-format-14 clang-tidy-14 shellcheck git)

# The clients of tests/polyglot in other languages; Node's come from npm. Java's
# and Go's are Debian's jars and sources: nothing is fetched when they are built.
packages_polyglot=(
  protobuf-compiler protobuf-compiler-grpc
  python3-grpcio python3-protobuf
  ruby ruby-grpc
  golang-go protoc-gen-go protoc-gen-go-grpc golang-google-grpc-dev golang-google-protobuf-dev
  golang-github-golang-protobuf-1-5-dev
  protobuf-compiler-grpc-java-plugin libgrpc-java libprotobuf-java libnetty-java
  libperfmark-java libguava-java libgoogle-gson-java libgeronimo-annotation-1.3-spec-java
)

# ./dev bazel.
packages_bazel=(bazel-bootstrap python3)

# ./dev package, its test, and the shells whose completions are tested.
packages_package=(python3 dpkg-dev lintian mmdebstrap systemd-container groff-base fish zsh)

# Optional, only by `./dev setup --all`: debugging and profiling by hand.
packages_optional=(gdb valgrind)

# Where npm packages are needed, by group.
npm_lint=(tools/buf)
npm_node=(tests/integration/node tests/integration/sdk tests/polyglot/node)

# packages GROUP...: the names of the groups' packages, one on a line.
packages() {
  local group
  for group in "$@"; do
    case $group in
      build) printf '%s\n' "${packages_build[@]}" ;;
      clang) printf '%s\n' "${packages_clang[@]}" ;;
      lint) printf '%s\n' "${packages_lint[@]}" && node_packages ;;
      buf) node_packages ;;
      node) node_packages ;;
      polyglot) printf '%s\n' "${packages_polyglot[@]}" && jdk_package ;;
      bazel) printf '%s\n' "${packages_bazel[@]}" ;;
      package) printf '%s\n' "${packages_package[@]}" ;;
      optional) printf '%s\n' "${packages_optional[@]}" ;;
      *) die "no such package group: $group" ;;
    esac
  done
}

# Any node and any JDK will do: many people have one that is no package of the
# distribution.
node_packages() {
  command -v node >/dev/null || echo nodejs
  command -v npm >/dev/null || echo npm
}

jdk_package() {
  command -v javac >/dev/null || echo default-jdk-headless
}

# missing PACKAGE...: those that are not installed.
missing() {
  local installed package
  # dpkg-query fails when it knows one of them not at all, and lists the rest.
  installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || true)
  for package in "$@"; do
    [[ $'\n'$installed$'\n' == *$'\n'"installed $package"$'\n'* ]] || printf '%s\n' "$package"
  done
}

as_root() {
  if ((EUID == 0)); then
    "$@"
  elif [[ -t 0 ]]; then
    sudo "$@"
  else
    sudo -n "$@" # there is nobody to type a password
  fi
}

apt_get() {
  quiet as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
    -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@" </dev/null
}

explain_missing() {
  die "$1
These packages are missing:
  ${*:2}
Install them as root, then run the same command again:
  apt-get update && apt-get install --no-install-recommends ${*:2}"
}

install_packages() {
  command -v apt-get >/dev/null || explain_missing "There is no apt-get here." "$@"
  if ((EUID != 0)) && ! command -v sudo >/dev/null; then
    explain_missing "You are not root, and there is no sudo." "$@"
  fi
  say "installing $# packages: $*"
  apt_get update || say "apt-get update failed; trying with the lists that are there"
  apt_get install --no-install-recommends "$@" || explain_missing "apt-get could not install." "$@"
}

# install_npm_packages DIR: those of its package-lock.json. What needs them cannot
# run without; that is no reason to keep everything else from running.
install_npm_packages() {
  local lock=$1/package-lock.json stamp=$1/node_modules/.package-lock.json
  if [[ $stamp -nt $1/package.json && ! $lock -nt $stamp ]]; then return 0; fi
  say "installing the npm packages of $1"
  (cd "$1" && quiet npm ci --no-audit --no-fund --fetch-retries=1 --fetch-timeout=60000 \
    </dev/null) || say "npm ci failed: what is in $1 cannot run"
  # npm may keep the file's old time.
  if [[ -f $stamp ]]; then touch "$stamp"; fi
}

# ensure GROUP...: installs what is missing of the groups; fast when nothing is.
ensure() {
  local wanted missing
  mapfile -t wanted < <(packages "$@")
  if ! command -v dpkg-query >/dev/null; then
    say "this system has no dpkg; going on with what is installed. Debian's names for what is needed:"
    printf '   %s\n' "${wanted[*]}"
  else
    mapfile -t missing < <(missing "${wanted[@]}")
    if ((${#missing[@]} > 0)); then install_packages "${missing[@]}"; fi
  fi
  local group dir
  for group in "$@"; do
    case $group in
      lint | buf) for dir in "${npm_lint[@]}"; do install_npm_packages "$dir"; done ;;
      node) for dir in "${npm_node[@]}"; do install_npm_packages "$dir"; done ;;
    esac
  done
}

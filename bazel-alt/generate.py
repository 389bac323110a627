#!/usr/bin/env python3
"""Writes BUILD.bazel from CMake's targets: the three programs, the unit tests, and all they link.

    bazel-alt/generate.py build/release/targets.json > bazel-alt/BUILD.bazel

CMake writes targets.json whenever it configures. `./dev bazel --update` does both.
"""

import re
import sys

from targets import Model

PROGRAMS = ["gcjobsd", "gcjobs", "gcjobs-sim"]
# Integration and crash tests run programs of CMake's build folder.
TEST_LABELS = {"unit", "conformance"}

# What libraries of others are called in third_party/system.BUILD.
SYSTEM = {
    "CLI11::CLI11": "cli11",
    "CURL::libcurl": "curl",
    "GTest::gmock": "gmock",
    "GTest::gtest": "gtest",
    "GTest::gtest_main": "gtest_main",
    "OpenSSL::Crypto": "crypto",
    "OpenSSL::SSL": "ssl",
    "PkgConfig::httplib": "httplib",
    "SQLite::SQLite3": "sqlite3",
    "Threads::Threads": "threads",
    "gRPC::grpc++": "grpc++",
    "gRPC::grpc++_reflection": "grpc++_reflection",
    "gRPC::grpcpp_channelz": "grpcpp_channelz",
    "gcjobs_rapidjson": "rapidjson",
    "prometheus-cpp::core": "prometheus_core",
    "prometheus-cpp::pull": "prometheus_pull",
    "protobuf::libprotobuf": "protobuf",
    "simdjson::simdjson": "simdjson",
}
# Flags for all targets: those of Bazel are in .bazelrc.
NOT_BUILT = {"gcjobs_options", "gcjobs_rapidjson"}

HEADER = '''# Written by generate.py from CMake's targets: change those, then run
# `./dev bazel --update`. A test compares the two.

load(":embed.bzl", "gcjobs_embedded_text")
load(":proto.bzl", "gcjobs_proto_library")

package(default_visibility = ["//visibility:public"])
'''


def main(file):
    model = Model(file)
    model.assign_headers()
    tests = [t.name for t in model.targets.values() if set(t.labels) & TEST_LABELS]
    parts = [HEADER]
    for target in model.closure(PROGRAMS + tests):
        if target.embedded:
            parts.append(embedded_text(target.name + "_text", target.embedded))
        if target.name not in NOT_BUILT:
            parts.append(rule(model, target))
    sys.stdout.write("\n".join(parts))


def rule(model, target):
    if target.protos:
        own = [link.name for link in model.own_links(target)]
        return call("gcjobs_proto_library", target.name, grpc=target.grpc, protos=target.protos,
                    deps=[":" + name for name in own])
    if target.needs_build_folder:
        sys.exit(f"{target.name} names a file of CMake's build folder, which Bazel does not have")
    define_attributes = defines(model, target)
    if target.type == "EXECUTABLE":
        kind = "cc_test" if target.is_test else "cc_binary"
        return call(kind, target.name, srcs=sorted(target.sources + target.headers),
                    deps=deps(model, target), **define_attributes)
    sources = [source for source in target.sources if source not in target.headers]
    if target.embedded:
        sources.append(target.embedded.source)
    return call("cc_library", target.name, srcs=sorted(sources), hdrs=target.headers,
                deps=deps(model, target), **define_attributes)


def embedded_text(name, file):
    return call("gcjobs_embedded_text", name, out=file.source, template=file.template,
                text=file.text, variable=file.variable)


def deps(model, target):
    labels = {label(model, name) for name in target.links if name != "gcjobs_options"}
    return sorted(labels)


def label(model, name):
    if name in SYSTEM:
        return "@system//:" + SYSTEM[name]
    if name.startswith("absl::"):
        return "@system//:absl"
    if name in model.targets:
        return ":" + name
    sys.exit(f"{name}: add it to SYSTEM in generate.py and to third_party/system.BUILD")


def defines(model, target):
    """Attributes for preprocessor definitions. A path in one becomes relative to the workspace,
    where tests run, and what is there becomes their data."""
    attributes = {"defines": [], "local_defines": [], "data": []}
    for definition in target.defines:
        path = re.fullmatch(rf'\w+="{re.escape(str(model.root))}/(.*)"', definition)
        if path:
            definition = definition.replace(f"{model.root}/", "")
            attributes["data"] += files_below(model.root, path[1])
        scope = "defines" if definition in target.public_defines else "local_defines"
        # Bazel hands definitions to a shell-like splitter, which takes one level of quotes.
        attributes[scope].append(definition.replace('"', '\\"'))
    return attributes


def files_below(root, path):
    files = [root / path] if (root / path).is_file() else (root / path).rglob("*")
    return sorted(str(file.relative_to(root)) for file in files if file.is_file())


def call(function, name, **attributes):
    lines = [f"{function}(", f"    name = {quoted(name)},"]
    for key, value in sorted(attributes.items(), key=lambda item: attribute_rank(item[0])):
        if value is True:
            lines.append(f"    {key} = True,")
        elif isinstance(value, str):
            lines.append(f"    {key} = {quoted(value)},")
        elif value and len(value) == 1:
            lines.append(f"    {key} = [{quoted(value[0])}],")
        elif value:
            lines += [f"    {key} = [", *(f"        {quoted(each)}," for each in value), "    ],"]
    return "\n".join(lines + [")", ""])


def attribute_rank(key):
    """buildifier's order."""
    order = ["srcs", "hdrs", "out", "data", "defines", "grpc", "local_defines", "protos",
             "template", "text", "variable", "deps"]
    return order.index(key)


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])

"""C++ code for .proto files, by the system's protoc and gRPC plugin."""

_ROOT = "proto/"

def _stem(proto):
    """The path of generated files, as protoc names them: relative to its root."""
    return proto[:-len(".proto")]

def gcjobs_proto_library(name, protos, deps = [], grpc = False):
    """Makes NAME, a cc_library, and NAME_protos, its .proto files and those they import.

    Args:
      name: the library's name.
      protos: paths of .proto files, below proto/ or anywhere else in the workspace.
      deps: gcjobs_proto_library targets that the files import.
      grpc: whether to generate services too.
    """
    native.filegroup(
        name = name + "_protos",
        srcs = protos + [dep + "_protos" for dep in deps],
    )
    extensions = [".pb"] + ([".grpc.pb"] if grpc else [])
    sources = [_stem(proto) + extension + ".cc" for proto in protos for extension in extensions]
    headers = [_stem(proto) + extension + ".h" for proto in protos for extension in extensions]
    roots = {_ROOT if proto.startswith(_ROOT) else "": None for proto in protos}.keys()
    if len(roots) != 1:
        fail("protos below %s and others need targets of their own" % _ROOT)
    out = "$(RULEDIR)/" + list(roots)[0]
    native.genrule(
        name = name + "_code",
        srcs = [":" + name + "_protos"],
        outs = sources + headers,
        cmd = " ".join([
            "$(location @system//:bin/protoc) -I proto -I . --cpp_out=" + out,
            "--plugin=protoc-gen-grpc=$(location @system//:bin/grpc_cpp_plugin) --grpc_out=" + out if grpc else "",
            " ".join(protos),
        ]),
        tools = ["@system//:bin/protoc", "@system//:bin/grpc_cpp_plugin"],
    )
    native.cc_library(
        name = name,
        srcs = sources,
        hdrs = headers,
        includes = ["proto"],
        deps = deps + ["@system//:protobuf"] + (["@system//:grpc++"] if grpc else []),
    )

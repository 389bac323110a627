# The watch streams' RPCs.
gcjobs_library(
  gcjobs_watch_rpc
  SOURCES watch_reactor.cc watch_service.cc
  DEPS gcjobs_watch gcjobs_grpc_status gRPC::grpc++)

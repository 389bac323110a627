#ifndef GCJOBS_TESTS_FAKES_KEEP_GRPC_H_
#define GCJOBS_TESTS_FAKES_KEEP_GRPC_H_

#include <grpc/grpc.h>

namespace gcjobs::testing {

// Keeps gRPC's threads until the process ends. Without it the last channel of
// each test ends them, and waits ten seconds when it meets the poller that gRPC
// 1.51 runs for connections with unsent bytes (run_poller in
// https://github.com/grpc/grpc/blob/v1.51.1/src/core/lib/iomgr/tcp_posix.cc).
inline void KeepGrpc() { [[maybe_unused]] static const bool is_kept = (grpc_init(), true); }

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_FAKES_KEEP_GRPC_H_

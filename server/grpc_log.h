#ifndef GCJOBS_SERVER_GRPC_LOG_H_
#define GCJOBS_SERVER_GRPC_LOG_H_

namespace gcjobs {

// From now on the lines of the gRPC library go into the log, as events named
// `grpc`: what it calls errors as warnings, since most are about a connection that
// somebody else broke, and all else at level debug. By itself it writes to stderr, in
// a form of its own, and waits for the reader. Call it before gRPC is used.
void LogGrpcLines();

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GRPC_LOG_H_

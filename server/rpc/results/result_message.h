#ifndef GCJOBS_SERVER_RPC_RESULTS_RESULT_MESSAGE_H_
#define GCJOBS_SERVER_RPC_RESULTS_RESULT_MESSAGE_H_

#include <grpcpp/grpcpp.h>

#include <string>

#include "server/results/upstream_page.h"

namespace gcjobs {

// The gcjobs.v1.ResultPage that a part of a page is, serialised. The items are
// not copied: the message refers to the page's body and keeps it alive.
// `next_cursor` is empty for the last part.
grpc::ByteBuffer MakeResultMessage(const UpstreamPage& page, const ResultPart& part,
                                   std::string next_cursor);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_RESULTS_RESULT_MESSAGE_H_

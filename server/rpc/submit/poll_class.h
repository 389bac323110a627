#ifndef GCJOBS_SERVER_RPC_SUBMIT_POLL_CLASS_H_
#define GCJOBS_SERVER_RPC_SUBMIT_POLL_CLASS_H_

#include <string>

#include "server/jobs/job_engine.h"

namespace gcjobs {

// What jobs of about the same duration have in common (PollTask::poll_class):
// the kind and the action, or the kind and the size of the interval that is
// asked about: a query over a day takes seconds, one over a month minutes.
//
//   action.async/custom_-_1a2b   analytics.conversations.details.query/7d   gdpr.requests
//
// `job` has its kind, action_id and submission.
std::string PollClassOf(const NewJob& job);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_SUBMIT_POLL_CLASS_H_

#ifndef GCJOBS_SERVER_RPC_SUBMIT_SUBMISSION_FINGERPRINT_H_
#define GCJOBS_SERVER_RPC_SUBMIT_SUBMISSION_FINGERPRINT_H_

#include <string>

#include "server/jobs/job_engine.h"

namespace gcjobs {

// What tells a repeated submission from another one with the same request_id:
// a hash, in hex, of all that decides what runs, and of nothing else. Stays the
// same for ever: stored jobs are compared with it after upgrades.
std::string FingerprintOf(const NewJob& job);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_SUBMIT_SUBMISSION_FINGERPRINT_H_

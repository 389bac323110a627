#ifndef GCJOBS_CLIENT_ANSWER_H_
#define GCJOBS_CLIENT_ANSWER_H_

#include <string>

#include "gcjobs/v1/job.pb.h"

namespace gcjobs {

// What Genesys Cloud, or a data action, answered when it failed, for a person:
// a line that says what it is and the body's lines, indented, each with its
// newline. Control characters are escaped, and of a long body only the start is
// shown. Empty when there is no body.
std::string RenderAnswer(const v1::FailureBody& body);

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_ANSWER_H_

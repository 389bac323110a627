#ifndef GCJOBS_CLIENT_JOB_VIEW_H_
#define GCJOBS_CLIENT_JOB_VIEW_H_

#include <google/protobuf/message.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "gcjobs/v1/job.pb.h"
#include "gcjobs/v1/job_service.pb.h"

namespace gcjobs {

// How jobs, their events and the server's other messages look: pure functions,
// nothing is written here.

enum class JsonLayout { kPretty, kOneLine };

// protobuf's JSON with the proto's field names; ends with a newline. 64-bit
// integers are strings there, as protobuf's mapping has it. Details of an
// error whose type this program does not know are left out.
std::string ToJson(const google::protobuf::Message& message, JsonLayout layout);

// When something was, for a person: `2024-05-01 14:00:00 (3m12s ago)`.
std::string DescribeTime(const google::protobuf::Timestamp& time, absl::Time now,
                         const absl::TimeZone& zone);

// Why a job failed, on one line: `JOB_TIMED_OUT: the message`; empty when it has
// no error. Not escaped.
std::string DescribeError(const v1::Job& job);

// The same for an error on its own; empty for OK.
std::string DescribeError(const google::rpc::Status& error);

// What Genesys Cloud, or a data action, answered to a job that failed
// (RenderAnswer), or "".
std::string DescribeAnswer(const v1::Job& job);

// All that is known of a job: FieldLines, then the answer.
std::string DescribeJob(const v1::Job& job, absl::Time now, const absl::TimeZone& zone);

// A job in a list.
std::vector<std::string> JobHeaders();
std::vector<std::string> JobRow(const v1::Job& job, absl::Time now);

// What Genesys Cloud, or a data action, answered when it failed, for a person:
// a line that says what it is and the body's lines, indented, each with its
// newline. Control characters are escaped, and of a long body only the start is
// shown. Empty when there is no body.
std::string RenderAnswer(const v1::FailureBody& body);

// What a watch shows. Lines have no newline at their end, and control
// characters are escaped.

enum class Paint { kPlain, kColor };

// The live line of one job, such as
//   RUNNING  3m12s  12 polls  next poll in 4.2s  Genesys: IN_PROGRESS
// with what matters less left out until it fits into `width` columns. `remark`
// (an outage, say) takes the place of the next poll when it is not empty. `why`: what
// a poll that is due waits for; null = not known.
std::string RenderProgress(const v1::Job& job, absl::Time now, int width, Paint paint,
                           absl::string_view remark = "", const v1::JobExplanation* why = nullptr);

// Whether the line of this job is to say what it waits for (`why` above): a poll
// is due, or it waits to be submitted.
bool IsWaiting(const v1::Job& job, absl::Time now);

// One event in full, for pipes and for many jobs, such as
//   2024-05-01T12:00:00.000Z  JOB  PENDING -> RUNNING  revision 12  Genesys: IN_PROGRESS
std::string RenderEvent(const v1::JobEvent& event, Paint paint);

// One event of the only job on the screen, with the local time of day, such as
//   14:00:00  PENDING -> RUNNING  Genesys: IN_PROGRESS
// The first event of a job also shows its id.
std::string RenderShortEvent(const v1::JobEvent& event, const absl::TimeZone& zone, Paint paint);

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_JOB_VIEW_H_

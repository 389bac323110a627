#ifndef GCJOBS_CLIENT_OUTPUT_H_
#define GCJOBS_CLIENT_OUTPUT_H_

#include <google/protobuf/message.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"

#include "gcjobs/v1/job.pb.h"

namespace gcjobs {

// How answers look. Pure: nothing is written here.

enum class JsonLayout { kPretty, kOneLine };

// protobuf's JSON with the proto's field names; ends with a newline. 64-bit
// integers are strings there, as protobuf's mapping has it. Details of an
// error whose type this program does not know are left out.
std::string ToJson(const google::protobuf::Message& message, JsonLayout layout);

// Columns as wide as their widest cell, two spaces apart; nothing is cut.
class Table {
 public:
  explicit Table(std::vector<std::string> headers);

  // Control characters are escaped. REQUIRES: as many cells as headers.
  void AddRow(const std::vector<std::string>& cells);

  size_t row_count() const { return rows_.size() - 1; }
  // The header line and the rows, each with its newline.
  std::string ToString() const;

 private:
  std::vector<std::vector<std::string>> rows_;  // the headers first
};

// `Name   value` lines, values aligned; fields with an empty value are left
// out, control characters escaped.
std::string FieldLines(const std::vector<std::pair<std::string, std::string>>& fields);

// When something was, for a person: `2024-05-01 14:00:00 (3m12s ago)`.
std::string DescribeTime(const google::protobuf::Timestamp& time, absl::Time now,
                         const absl::TimeZone& zone);

// Why a job failed, on one line: `JOB_TIMED_OUT: the message`; empty when it
// carries no error. Not escaped.
std::string DescribeError(const v1::Job& job);

// The same of an error on its own; empty when it is none.
std::string DescribeError(const google::rpc::Status& error);

// What Genesys Cloud, or a data action, answered to a job that failed: some
// lines (answer.h), or "".
std::string DescribeAnswer(const v1::Job& job);

// All that is known of a job: FieldLines, then the answer.
std::string DescribeJob(const v1::Job& job, absl::Time now, const absl::TimeZone& zone);

// A job in a list.
std::vector<std::string> JobHeaders();
std::vector<std::string> JobRow(const v1::Job& job, absl::Time now);

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_OUTPUT_H_

#ifndef GCJOBS_CLIENT_COMMANDS_QUERY_OPTIONS_H_
#define GCJOBS_CLIENT_COMMANDS_QUERY_OPTIONS_H_

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "client/commands/command.h"
#include "client/commands/json_input.h"
#include "client/commands/submission.h"
#include "gcjobs/v1/job_service.pb.h"

namespace gcjobs {

// A filter of an analytics query from its short form:
//   NAME=VALUE          the dimension has this value
//   NAME=VALUE,VALUE    ... one of these; `\,` is a comma, `\\` a backslash
//   NAME                the dimension is there
//   !NAME               the dimension is not there
//   TYPE:NAME...        the same for another type than `dimension`: `metric`,
//                       `property`
// What does not fit into it is written as a whole query in JSON.
// Errors: UsageError that names `option`.
absl::StatusOr<v1::QueryFilter> ParseQueryFilter(absl::string_view option, absl::string_view text);

// The options that say what a conversation query asks for.
class QueryFlags {
 public:
  void AddTo(CLI::App* command);

  // Whether any was given.
  bool IsSet() const;

  // Whether another `now` may give another request.
  bool DependsOnTime() const { return !query_.IsSet(); }

  // The request, without its common options. `now`: what times such as `24h`
  // count from. Errors: UsageError.
  absl::StatusOr<v1::SubmitConversationQueryRequest> ToRequest(const Session& session,
                                                               absl::Time now) const;

  // How the same command asks for the same query later on; `request` is
  // ToRequest's.
  Repetition RepetitionOf(const v1::SubmitConversationQueryRequest& request) const;

 private:
  bool HasTime() const;
  bool HasFilters() const { return !filters_.empty() || !segment_filters_.empty(); }
  absl::Status SetTime(absl::Time now, v1::SubmitConversationQueryRequest* request) const;
  absl::Status SetFilters(v1::SubmitConversationQueryRequest* request) const;

  std::string interval_;
  std::string last_;
  std::string from_;
  std::string to_;
  std::vector<std::string> filters_;
  std::vector<std::string> segment_filters_;
  JsonInput query_{
      "query", JsonShape::kObject,
      "a query is an object, such as {\"interval\": \"2026-01-01T00:00Z/2026-01-02T00:00Z\"}"};
  std::string view_;
  int page_size_ = 0;
  std::string endpoint_;
  bool when_data_is_available_ = false;
};

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_COMMANDS_QUERY_OPTIONS_H_

#include "client/commands/job_input.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "client/parse.h"
#include "client/usage_error.h"

namespace gcjobs {

void JobInputFlags::AddTo(CLI::App* command) {
  body_.AddTo(command, "What is submitted, a JSON object or array; sent as is");
  AddRepeatable(command, "--path", path_,
                "Value of a {NAME} in the kind's path; gcjobs kinds KIND shows which")
      ->option_text("NAME=VALUE");
}

absl::StatusOr<v1::SubmitJobRequest> JobInputFlags::ToRequest(const Session& session,
                                                              const std::string& kind) const {
  v1::SubmitJobRequest request;
  request.set_kind(kind);
  absl::StatusOr<std::string> body = body_.Read(session);
  if (!body.ok()) return body.status();
  request.set_body(*std::move(body));
  for (const std::string& text : path_) {
    const absl::StatusOr<std::pair<std::string, std::string>> value = ParseKeyValue("--path", text);
    if (!value.ok()) return value.status();
    if (!request.mutable_path_parameters()->insert({value->first, value->second}).second) {
      return UsageError(absl::StrCat("--path ", value->first, ": given twice"));
    }
  }
  return request;
}

}  // namespace gcjobs

#include "client/commands/json_input.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "client/file.h"
#include "client/usage_error.h"

namespace gcjobs {

JsonInput::JsonInput(std::string name, JsonShape shape, std::string hint)
    : option_(absl::StrCat("--", name)),
      file_option_(absl::StrCat("--", name, "-file")),
      shape_(shape),
      hint_(std::move(hint)) {}

void JsonInput::AddTo(CLI::App* command, const std::string& description) {
  command->add_option(option_, text_, description)->option_text("JSON");
  command->add_option(file_option_, file_, "The same from a file; - is stdin")->option_text("FILE");
}

absl::StatusOr<std::string> JsonInput::Read(const Session& session) const {
  if (!IsSet()) return std::string();
  if (!text_.empty() && !file_.empty()) {
    return UsageError(absl::StrCat(option_, " and ", file_option_, " exclude each other"));
  }
  absl::StatusOr<std::string> json = ReadSource(session);
  if (!json.ok()) return json;
  const std::string source = file_.empty() ? option_ : absl::StrCat(file_option_, " ", file_);
  absl::Status status = CheckJsonShape(source, *json, shape_, hint_);
  if (!status.ok()) return status;
  return json;
}

absl::StatusOr<std::string> JsonInput::ReadSource(const Session& session) const {
  if (file_.empty()) return text_;
  if (file_ == "-") return ReadAll(*session.io.in);
  return ReadInputFile(file_);
}

}  // namespace gcjobs

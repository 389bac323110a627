#include "client/error_report.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <map>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

#include "client/cli_error.h"
#include "client/connection_problem.h"
#include "client/job_view.h"
#include "client/server_words.h"
#include "client/text.h"
#include "common/error_info.h"
#include "common/failure_body.h"
#include "common/utf8.h"

namespace gcjobs {
namespace {

std::string HintForCode(const absl::Status& status, const GlobalOptions& options) {
  if (IsUnreachable(status) && !GetErrorInfo(status).has_value()) {
    return DescribeConnectionProblem(status, options).hint;
  }
  if (absl::IsUnauthenticated(status))
    return "provide a token with --token-file FILE or GCJOBS_TOKEN";
  if (absl::IsUnimplemented(status))
    return "the server is older than this program, or is not gcjobsd";
  return "";
}

// What to do next: the command's own words, or those that came with the error,
// or what the code tells.
std::string Hint(const absl::Status& status, const GlobalOptions& options) {
  std::string hint = GetHint(status);
  if (hint.empty()) hint = InWordsOfTheCommandLine(GetRemedy(status));
  if (hint.empty()) hint = HintForCode(status, options);
  const std::optional<absl::Duration> delay = GetRetryDelay(status);
  if (!delay.has_value()) return hint;
  return absl::StrCat(hint, hint.empty() ? "" : " ", "(try again in ", absl::FormatDuration(*delay),
                      ")");
}

std::map<std::string, std::string> Metadata(const google::rpc::ErrorInfo& info) {
  return {info.metadata().begin(), info.metadata().end()};  // sorted
}

std::string VerboseLines(const absl::Status& status) {
  std::string text = absl::StrCat("  code: ", absl::StatusCodeToString(status.code()), "\n");
  const std::optional<google::rpc::ErrorInfo> info = GetErrorInfo(status);
  if (!info.has_value()) return text;
  absl::StrAppend(&text, "  reason: ", EscapeControls(info->reason()), " (",
                  EscapeControls(info->domain()), ")\n");
  for (const auto& [key, value] : Metadata(*info)) {
    absl::StrAppend(&text, "  ", EscapeControls(key), ": ", EscapeControls(value), "\n");
  }
  const std::string help = GetHelpUrl(status);
  if (!help.empty()) absl::StrAppend(&text, "  help: ", EscapeControls(help), "\n");
  return text;
}

using JsonWriter = rapidjson::Writer<rapidjson::StringBuffer>;

void WriteString(JsonWriter& writer, const std::string& key, absl::string_view value) {
  if (value.empty()) return;
  const std::string text = ToValidUtf8(value);
  writer.Key(key.c_str(), static_cast<rapidjson::SizeType>(key.size()));
  writer.String(text.c_str(), static_cast<rapidjson::SizeType>(text.size()));
}

void WriteInfo(JsonWriter& writer, const google::rpc::ErrorInfo& info) {
  WriteString(writer, "reason", info.reason());
  WriteString(writer, "domain", info.domain());
  writer.Key("metadata");
  writer.StartObject();
  for (const auto& [key, value] : Metadata(info)) WriteString(writer, key, value);
  writer.EndObject();
}

void WriteAnswer(JsonWriter& writer, const v1::FailureBody& body) {
  writer.Key("answer");
  writer.StartObject();
  writer.Key("http_status");
  writer.Int(body.http_status());
  WriteString(writer, "content_type", body.content_type());
  WriteString(writer, "body", body.body());
  writer.Key("truncated");
  writer.Bool(body.truncated());
  writer.EndObject();
}

std::string RenderJson(const absl::Status& status, const GlobalOptions& options) {
  rapidjson::StringBuffer buffer;
  JsonWriter writer(buffer);
  writer.StartObject();
  writer.Key("error");
  writer.StartObject();
  WriteString(writer, "code", absl::StatusCodeToString(status.code()));
  WriteString(writer, "message", ErrorText(status, options));
  const std::optional<google::rpc::ErrorInfo> info = GetErrorInfo(status);
  if (info.has_value()) WriteInfo(writer, *info);
  const std::optional<v1::FailureBody> body = GetFailureBody(status);
  if (body.has_value()) WriteAnswer(writer, *body);
  const std::optional<absl::Duration> delay = GetRetryDelay(status);
  if (delay.has_value()) WriteString(writer, "retry_delay", FormatSeconds(*delay));
  WriteString(writer, "hint", Hint(status, options));
  WriteString(writer, "help", GetHelpUrl(status));
  writer.Key("exit_code");
  writer.Int(static_cast<int>(ExitCodeForStatus(status)));
  writer.EndObject();
  writer.EndObject();
  return absl::StrCat(buffer.GetString(), "\n");
}

}  // namespace

std::string ErrorText(const absl::Status& status, const GlobalOptions& options) {
  // With an ErrorInfo the server itself has spoken.
  const bool has_info = GetErrorInfo(status).has_value();
  if (!has_info && IsUnreachable(status)) {
    return DescribeConnectionProblem(status, options).message;
  }
  if (status.message().empty()) return absl::StatusCodeToString(status.code());
  return InWordsOfTheCommandLine(status);
}

std::string RenderError(const absl::Status& status, const GlobalOptions& options) {
  if (options.output == OutputFormat::kJson) return RenderJson(status, options);
  // Ctrl-C is no error.
  const bool is_interrupted = ExitCodeForStatus(status) == ExitCode::kInterrupted;
  std::string text = absl::StrCat(
      is_interrupted ? "gcjobs: " : "error: ", EscapeControls(ErrorText(status, options)), "\n");
  if (options.verbose) text += VerboseLines(status);
  const std::optional<v1::FailureBody> body = GetFailureBody(status);
  if (body.has_value()) text += RenderAnswer(*body);
  const std::string hint = Hint(status, options);
  if (!hint.empty()) absl::StrAppend(&text, "hint: ", EscapeControls(hint), "\n");
  return text;
}

}  // namespace gcjobs

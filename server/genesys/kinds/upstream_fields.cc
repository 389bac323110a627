#include "server/genesys/kinds/upstream_fields.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/errors.h"
#include "common/job_state.h"
#include "common/utf8.h"
#include "server/genesys/error_body.h"
#include "server/genesys/error_mapping.h"
#include "server/genesys/upstream_reasons.h"

namespace gcjobs {
namespace {

// Ids at Genesys Cloud have some forty characters.
constexpr size_t kMaxIdBytes = 1024;
constexpr size_t kMaxStatusBytes = 256;

// With U+FFFD it is not the one that upstream gave; and ids become segments of
// paths, where a dot segment would lead elsewhere.
bool IsUsableId(absl::string_view id) {
  if (id == "." || id == "..") return false;
  return !id.empty() && id.size() <= kMaxIdBytes && IsValidUtf8(id) &&
         !absl::StrContains(id, "\xEF\xBF\xBD") && std::none_of(id.begin(), id.end(), [](char c) {
           return absl::ascii_iscntrl(static_cast<unsigned char>(c));
         });
}

std::string PercentDecode(absl::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_escape = text[i] == '%' && i + 2 < text.size() &&
                           absl::ascii_isxdigit(static_cast<unsigned char>(text[i + 1])) &&
                           absl::ascii_isxdigit(static_cast<unsigned char>(text[i + 2]));
    if (is_escape) {
      absl::StrAppend(&decoded, absl::HexStringToBytes(text.substr(i + 1, 2)));
      i += 2;
    } else {
      decoded.push_back(text[i]);
    }
  }
  return decoded;
}

// `//host/path` and `https://host/path` without the host.
absl::string_view PathOf(absl::string_view location) {
  location = location.substr(0, location.find_first_of("?#"));
  const size_t authority = location.find("//");
  if (authority == absl::string_view::npos) return location;
  const size_t path = location.find('/', authority + 2);
  return path == absl::string_view::npos ? absl::string_view() : location.substr(path);
}

// Where answers tell why a job failed, unless its kind says otherwise.
const std::vector<JsonPath>& UsualErrorFields() {
  static const auto& fields = *new std::vector<JsonPath>{{"error"}, {"errors"}, {"errorMessage"}};
  return fields;
}

UpstreamReasons ReasonsAt(absl::Span<const JsonPath> paths, const HttpResponse& response) {
  UpstreamReasons reasons;
  const auto body = JsonValue::Parse(response.body);
  if (!body.ok()) return reasons;
  for (const JsonPath& path : paths) reasons.Collect(*body, path);
  return reasons;
}

}  // namespace

std::string IdOf(const std::optional<JsonValue>& value) {
  if (!value) return "";
  std::string id;
  if (value->Is(JsonValue::Type::kString)) {
    id = *value->AsString();
  } else if (value->Is(JsonValue::Type::kNumber)) {
    id = std::string(value->raw());
    const bool is_integer = std::all_of(id.begin(), id.end(), [](char c) {
      return absl::ascii_isdigit(static_cast<unsigned char>(c));
    });
    if (!is_integer) return "";
  }
  return IsUsableId(id) ? id : "";
}

std::string IdFromLocation(const HttpResponse& response) {
  absl::string_view path = PathOf(absl::StripAsciiWhitespace(response.Header("Location")));
  while (!path.empty() && path.back() == '/') path.remove_suffix(1);
  const size_t slash = path.rfind('/');
  std::string id = PercentDecode(slash == absl::string_view::npos ? path : path.substr(slash + 1));
  return IsUsableId(id) ? id : "";
}

absl::StatusOr<SubmitReceipt> JudgeReceipt(absl::string_view what, Receipt receipt,
                                           const HttpResponse& response) {
  constexpr int kAccepted = 202;
  const std::string location_id = IdFromLocation(response);
  if (receipt.id.empty()) receipt.id = location_id;
  const bool is_receipt = response.status == kAccepted || receipt.names_work ||
                          !location_id.empty() || receipt.state.has_value();
  const bool has_ended = receipt.state && IsTerminal(*receipt.state);

  SubmitReceipt judged;
  judged.upstream_status = std::move(receipt.status);
  if (is_receipt && !receipt.id.empty()) {
    judged.upstream_id = std::move(receipt.id);
  } else if (!is_receipt || (has_ended && *receipt.state == v1::JOB_STATE_SUCCEEDED)) {
    judged.end = RanAtOnce(response);
    judged.end->upstream_status = std::exchange(judged.upstream_status, "");
  } else {
    return BadResponse(what, "it names nothing by which the work could be followed", response);
  }
  return judged;
}

PollReport RanAtOnce(const HttpResponse& response) {
  const absl::string_view body = WithoutByteOrderMark(response.body);
  PollReport report;
  report.state = v1::JOB_STATE_SUCCEEDED;
  report.result_json =
      absl::StripAsciiWhitespace(body).empty() ? "null" : ToValidUtf8(body, &report.bytes_replaced);
  return report;
}

absl::StatusOr<absl::Time> TimeOf(absl::string_view what, const std::optional<JsonValue>& value,
                                  const JsonPath& path, const HttpResponse& response) {
  absl::Time time;
  if (absl::ParseTime(absl::RFC3339_full, StringOf(value), &time, /*err=*/nullptr)) return time;
  return BadResponse(what, absl::StrCat("`", absl::StrJoin(path, "."), "` is not a time"),
                     response);
}

absl::StatusOr<std::string> StatusOf(absl::string_view what, const std::optional<JsonValue>& value,
                                     const JsonPath& path, const HttpResponse& response) {
  std::string status = StringOf(value);
  if (status.empty() || status.size() > kMaxStatusBytes) {
    const absl::string_view problem = status.empty() ? "is missing or not a text" : "is too long";
    return BadResponse(what, absl::StrCat("`", absl::StrJoin(path, "."), "` ", problem), response);
  }
  return status;
}

absl::Status JobFailure(absl::string_view upstream_status, bool is_expired,
                        absl::Span<const JsonPath> error_fields, const HttpResponse& response) {
  UpstreamReasons reasons = ReasonsAt(error_fields, response);
  if (reasons.empty()) reasons = ReasonsAt(UsualErrorFields(), response);
  const std::string message = !reasons.empty() ? reasons.Join()
                                               : absl::StrCat("Genesys Cloud reports the job as ",
                                                              CleanUpstreamText(upstream_status));
  absl::Status status =
      is_expired ? MakeErrorAs(absl::StatusCode::kAborted, errors::kGenesysResultExpired, message)
                 : MakeError(errors::kGenesysJobFailed, message);
  if (!reasons.code().empty()) AddErrorMetadata(&status, "genesys_code", reasons.code());
  const std::string correlation_id = CleanUpstreamText(response.Header("ININ-Correlation-Id"));
  if (!correlation_id.empty()) AddErrorMetadata(&status, "correlation_id", correlation_id);
  return status;
}

}  // namespace gcjobs

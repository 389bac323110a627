#include "tests/simulator/job_kind_bodies.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/genesys/kinds/kind_path.h"
#include "tests/simulator/http_message.h"
#include "tests/simulator/json_path.h"
#include "tests/simulator/result_items.h"

namespace gcjobs::sim {
namespace {

// How long results are kept is not documented (assumption).
constexpr absl::Duration kRetention = absl::Hours(24);

constexpr absl::string_view kDownloads = "https://api-downloads.example.com";

// The analytics jobs, whose answers are the platform's AsyncQueryResponse and
// AsyncQueryStatus.
bool IsAsyncQuery(const KindSpec& kind) {
  return kind.id == JsonPath{"jobId"} && kind.status_field == JsonPath{"state"};
}

// Whether a submission is answered with the job itself, not with a receipt.
bool IsEntity(const KindSpec& kind) { return kind.id.back() == "id"; }

// A message, or the ErrorBody around it where the field is called after that.
std::string ErrorAt(const std::string& field, const std::string& message) {
  for (const char* text : {"message", "text", "reason"}) {
    if (absl::EndsWithIgnoreCase(field, text)) return JsonString(message);
  }
  return RawObject().SetString("message", message).SetString("code", "job.failed").ToString();
}

// Where several texts are told, the reason is not the first of them.
void AddReason(const JsonPath& path, const std::string& message, RawObject* body) {
  if (path == JsonPath{"messages", "text"}) {
    const RawObject note = RawObject().SetString("type", "INFO").SetString("text", "Job started.");
    const RawObject reason = RawObject().SetString("type", "ERROR").SetString("text", message);
    body->Set("messages", JsonArray({note.ToString(), reason.ToString()}));
  } else if (absl::EndsWith(path.back(), "s")) {
    SetAt(path, JsonArray({ErrorAt(path.back(), message)}), body);
  } else if (absl::EndsWith(path.back(), "Count")) {
    SetAt(path, "1", body);
  } else {
    SetAt(path, ErrorAt(path.back(), message), body);
  }
}

void AddDates(const Execution& execution, absl::Time monotonic_now, RawObject* body) {
  body->SetString("submissionDate", Iso8601(execution.submitted))
      .SetString("expirationDate", Iso8601(execution.submitted + kRetention));
  if (EndAt(execution, monotonic_now).has_value()) {
    body->SetString("completionDate", Iso8601(EndTime(execution)));
  }
}

ItemMaker MakerOf(const KindSpec& kind, const Execution& execution, uint64_t seed) {
  const ResultPlan& plan = execution.script->results;
  const ItemShape shape =
      kind.results.items.empty() ? ItemShape::kEntity : ShapeOf(kind.results.items.back());
  return ItemMaker(shape, seed, execution.id, plan.page_bytes / plan.items_per_page);
}

// An array where the member's name is a plural, else one object.
std::string InlineResult(const KindSpec& kind, const Execution& execution, uint64_t seed) {
  const ResultPlan& plan = execution.script->results;
  const JsonPath& path = kind.results.items;
  const ItemMaker maker = MakerOf(kind, execution, seed);
  const bool is_array = absl::EndsWith(path.back(), "s");
  std::string json = is_array ? "[" : "";
  maker.Append(0, is_array ? plan.items_per_page : 1, &json);
  if (is_array) json += "]";
  return json;
}

std::string UrlOf(const KindSpec& kind, const Execution& execution, int part, absl::Time now) {
  return absl::StrCat(kDownloads, "/", kind.name, "/", execution.id, "/part-", part,
                      ".json?signature=", absl::ToUnixNanos(now));
}

}  // namespace

std::string PathOf(absl::string_view pattern, const Execution& execution) {
  return FillKindPath(pattern, [&](absl::string_view name) {
    if (name == kUpstreamIdName) return execution.id;
    const auto found = execution.path.find(std::string(name));
    return found == execution.path.end() ? std::string() : PercentEncode(found->second);
  });
}

RawObject SubmittedBody(const KindSpec& kind, const Execution& execution,
                        absl::Time monotonic_now) {
  if (IsEntity(kind)) return StatusBody(kind, execution, monotonic_now);
  RawObject body;
  SetAt(kind.id, JsonString(execution.id), &body);
  if (kind.id.back() == "executionId") {
    body.SetString("resultsUri", PathOf(kind.status.path, execution));
  }
  return body;
}

RawObject StatusBody(const KindSpec& kind, const Execution& execution, absl::Time monotonic_now) {
  RawObject body;
  if (IsEntity(kind)) SetAt(kind.id, JsonString(execution.id), &body);
  SetAt(kind.status_field, JsonString(StatusAt(execution, monotonic_now)), &body);
  if (IsAsyncQuery(kind)) AddDates(execution, monotonic_now, &body);
  if (EndAt(execution, monotonic_now) == Outcome::kFailed && !kind.error_fields.empty()) {
    AddReason(kind.error_fields.front(), execution.script->message, &body);
  }
  if (IsEntity(kind)) {
    body.SetString("dateCreated", Iso8601(execution.submitted))
        .SetString("selfUri", PathOf(kind.status.path, execution));
  }
  return body;
}

void AddInlineResult(const KindSpec& kind, const Execution& execution, uint64_t seed,
                     RawObject* body) {
  const std::string& given = execution.script->result;
  if (!kind.results.items.empty()) {
    SetAt(kind.results.items, given.empty() ? InlineResult(kind, execution, seed) : given, body);
    return;
  }
  // The body is the result; a given one adds to it.
  RawObject whole = RawObject::Parse(given).value_or(RawObject());
  *body = whole.Merge(*body);
}

void AddUrls(const KindSpec& kind, const Execution& execution, absl::Time now, RawObject* body) {
  const std::string& given = execution.script->result;
  const JsonPath& path = kind.results.items;
  if (!given.empty()) {
    SetAt(path, given, body);
  } else if (absl::EndsWith(path.back(), "s")) {
    std::vector<std::string> urls;
    for (int part = 1; part <= execution.script->results.pages; ++part) {
      urls.push_back(JsonString(UrlOf(kind, execution, part, now)));
    }
    SetAt(path, JsonArray(urls), body);
  } else {
    SetAt(path, JsonString(UrlOf(kind, execution, 1, now)), body);
  }
}

RawObject PageEnvelope(const KindSpec& kind, const Execution& execution) {
  RawObject envelope;
  if (kind.id == JsonPath{"id"}) envelope.SetString("id", execution.id);
  if (absl::EndsWith(kind.submit.path, "/details/jobs")) {
    envelope.SetString("dataAvailabilityDate", Iso8601(execution.submitted));
  }
  return envelope;
}

std::string PageBody(const KindSpec& kind, const Execution& execution, const PageWindow& window,
                     uint64_t seed, RawObject envelope) {
  // The items go in last, and straight to their place: there may be a megabyte.
  const std::string mark = "\"@items@\"";
  SetAt(kind.results.items, mark, &envelope);
  const std::string text = envelope.ToString();
  const size_t place = text.find(mark);
  const std::string& given = execution.script->result;
  std::string body = text.substr(0, place);
  if (given.empty()) {
    body += "[";
    MakerOf(kind, execution, seed).Append(window.first, window.count, &body);
    body += "]";
  } else {
    body += given;
  }
  return body.append(text, place + mark.size(), std::string::npos);
}

std::string Iso8601(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
}

}  // namespace gcjobs::sim

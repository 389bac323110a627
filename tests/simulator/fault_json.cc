#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tests/simulator/fault_plan.h"

namespace gcjobs::sim {
namespace {

constexpr absl::string_view kMembers[] = {"id",    "method",   "route",    "skip",    "count",
                                          "when",  "delay",    "status",   "headers", "body",
                                          "reset", "truncate", "conflict", "fill"};

absl::Status Wrong(absl::string_view member, absl::string_view expected) {
  return absl::InvalidArgumentError(absl::StrCat("fault: '", member, "' must be ", expected));
}

// Each Read leaves `value` alone when the member is absent.
absl::Status Read(const RawObject& json, absl::string_view key, std::string* value) {
  if (!json.Has(key)) return absl::OkStatus();
  std::optional<std::string> text = json.GetString(key);
  if (!text.has_value()) return Wrong(key, "a string");
  *value = *std::move(text);
  return absl::OkStatus();
}

absl::Status Read(const RawObject& json, absl::string_view key, bool* value) {
  if (!json.Has(key)) return absl::OkStatus();
  const std::optional<bool> flag = json.GetBool(key);
  if (!flag.has_value()) return Wrong(key, "true or false");
  *value = *flag;
  return absl::OkStatus();
}

absl::Status Read(const RawObject& json, absl::string_view key, int* value) {
  if (!json.Has(key)) return absl::OkStatus();
  const std::optional<int64_t> number = json.GetInt(key);
  if (!number.has_value() || *number < 0 || *number > 1'000'000'000) {
    return Wrong(key, "a whole number of at least 0");
  }
  *value = static_cast<int>(*number);
  return absl::OkStatus();
}

template <typename Value, typename Element>
absl::Status ReadOptional(const RawObject& json, absl::string_view key,
                          std::optional<Element>* value) {
  if (!json.Has(key)) return absl::OkStatus();
  Value read{};
  const absl::Status status = Read(json, key, &read);
  if (status.ok()) *value = static_cast<Element>(std::move(read));
  return status;
}

absl::Status ReadWhen(const RawObject& json, Fault::When* when) {
  std::string text = "before";
  if (const absl::Status status = Read(json, "when", &text); !status.ok()) return status;
  if (text != "before" && text != "after") return Wrong("when", "\"before\" or \"after\"");
  *when = text == "after" ? Fault::When::kAfter : Fault::When::kBefore;
  return absl::OkStatus();
}

absl::Status ReadDelay(const RawObject& json, absl::Duration* delay) {
  std::string text = "0";
  if (const absl::Status status = Read(json, "delay", &text); !status.ok()) return status;
  if (!absl::ParseDuration(text, delay) || *delay < absl::ZeroDuration()) {
    return Wrong("delay", "a duration such as \"500ms\"");
  }
  return absl::OkStatus();
}

absl::Status ReadHeaders(const RawObject& json, Fault* fault) {
  if (!json.Has("headers")) return absl::OkStatus();
  const std::optional<RawObject> headers = json.GetObject("headers");
  if (!headers.has_value()) return Wrong("headers", "an object of strings");
  for (const std::string& name : headers->Keys()) {
    std::optional<std::string> value = headers->GetString(name);
    if (!value.has_value()) return Wrong("headers", "an object of strings");
    fault->headers.emplace_back(name, *std::move(value));
  }
  return absl::OkStatus();
}

// More than any client should take.
constexpr int kMaxFillBytes = 64 << 20;

absl::Status ReadFill(const RawObject& json, Fault* fault) {
  if (!json.Has("fill")) return absl::OkStatus();
  int bytes = 0;
  if (const absl::Status status = Read(json, "fill", &bytes); !status.ok()) return status;
  if (fault->body.has_value() || bytes > kMaxFillBytes) {
    return Wrong("fill", "at most 64 MiB, and given without a body");
  }
  fault->body = std::string(static_cast<size_t>(bytes), 'x');
  return absl::OkStatus();
}

// A misspelt member would make a test pass for the wrong reason.
absl::Status CheckMembers(const RawObject& json) {
  for (const std::string& key : json.Keys()) {
    if (std::find(std::begin(kMembers), std::end(kMembers), key) == std::end(kMembers)) {
      return absl::InvalidArgumentError(absl::StrCat("fault: unknown member '", key, "'"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckMeaning(const Fault& fault) {
  if (fault.status.has_value() && (*fault.status < 200 || *fault.status > 599)) {
    return Wrong("status", "between 200 and 599");
  }
  if (fault.truncate_at.has_value() && fault.LetsPass() && fault.when == Fault::When::kBefore) {
    return Wrong("truncate", "given with a status, a body or \"when\": \"after\"");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Fault> ParseFault(const RawObject& json) {
  Fault fault;
  const absl::Status steps[] = {
      CheckMembers(json),
      Read(json, "id", &fault.id),
      Read(json, "method", &fault.method),
      Read(json, "route", &fault.route),
      Read(json, "skip", &fault.skip),
      Read(json, "count", &fault.count),
      ReadWhen(json, &fault.when),
      ReadDelay(json, &fault.delay),
      ReadOptional<int>(json, "status", &fault.status),
      ReadHeaders(json, &fault),
      ReadOptional<std::string>(json, "body", &fault.body),
      ReadFill(json, &fault),
      Read(json, "reset", &fault.reset),
      ReadOptional<int>(json, "truncate", &fault.truncate_at),
      Read(json, "conflict", &fault.conflict),
      CheckMeaning(fault),
  };
  for (const absl::Status& step : steps) {
    if (!step.ok()) return step;
  }
  return fault;
}

}  // namespace gcjobs::sim

#include "tests/simulator/control_api.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/simulator/epoch_seconds.h"
#include "tests/simulator/error_body.h"

namespace gcjobs::sim {
namespace {

constexpr int kMaxRateLimit = 1'000'000;

ApiResponse Json(const RawObject& json) {
  ApiResponse response;
  response.body = json.ToString();
  return response;
}

ApiResponse Refuse(const absl::Status& status, const Call& call) {
  return ToResponse(ErrorOfStatus(status, ConflictStyle::k409), call.context_id);
}

// An empty body is an empty object.
absl::StatusOr<RawObject> ParseBody(const Call& call) {
  if (call.request->body.empty()) return RawObject();
  return RawObject::Parse(call.request->body);
}

absl::string_view PhaseName(Phase phase) {
  switch (phase) {
    case Phase::kQueued:
      return "queued";
    case Phase::kReady:
      return "ready";
    case Phase::kRunning:
      return "running";
    case Phase::kEnded:
      return "ended";
  }
  return "";
}

absl::string_view ModeName(Execution::Mode mode) {
  switch (mode) {
    case Execution::Mode::kAsync:
      return "async";
    case Execution::Mode::kDirect:
      return "direct";
    case Execution::Mode::kKind:
      return "kind";
  }
  return "";
}

std::string JobJson(const Execution& execution, absl::Time monotonic_now) {
  const bool is_kind = execution.mode == Execution::Mode::kKind;
  return RawObject()
      .SetString("id", execution.id)
      .SetString("actionId", is_kind ? "" : execution.action_id)
      .SetString("kind", is_kind ? execution.action_id : "")
      .SetString("clientId", execution.client_id)
      .SetString("mode", ModeName(execution.mode))
      .SetString("status", StatusAt(execution, monotonic_now))
      .SetString("phase", PhaseName(PhaseAt(execution, monotonic_now)))
      .SetString("outcome", OutcomeName(execution.script->outcome))
      .Set("submitTime", EpochSeconds(execution.submitted))
      .Set("startTime", EpochSeconds(StartTime(execution)))
      .Set("endTime", EpochSeconds(EndTime(execution)))
      .ToString();
}

}  // namespace

absl::StatusOr<RawObject> TouchDataAction(DocumentStore* actions, DocumentStore* flow_actions,
                                          absl::string_view id, const RawObject& changes) {
  const bool integration = actions->Find(id).has_value();
  DocumentStore* const store = integration ? actions : flow_actions;
  if (!changes.empty()) return store->Touch(id, changes);
  const auto document = store->Find(id);
  if (!document.has_value()) return absl::NotFoundError(absl::StrCat("data action ", id));
  const std::string mark =
      absl::StrCat("changed at version ", document->json.GetInt("version").value_or(0));
  return store->Touch(id, RawObject().SetString(integration ? "category" : "description", mark));
}

void ControlApi::AddRoutes(Router* router) {
  const auto add = [router](const char* method, const char* path, Handler handler) {
    router->Add({method, path, "control", RouteClass::kControl, std::move(handler)});
  };
  add("POST", "/__sim/faults", [this](Call* call) { return AddFault(*call); });
  add("GET", "/__sim/faults",
      [this](Call* /*call*/) { return Json(RawObject().Set("faults", with_.faults->ToJson())); });
  add("DELETE", "/__sim/faults", [this](Call* /*call*/) {
    with_.faults->Clear();
    return Json({});
  });
  add("POST", "/__sim/tokens/revoke", [this](Call* /*call*/) {
    return Json(RawObject().SetInt("revoked", with_.tokens->RevokeAll()));
  });
  add("POST", "/__sim/rate-limit", [this](Call* call) { return SetRateLimit(*call); });
  add("GET", "/__sim/actions/{id}", [this](Call* call) { return GetAction(*call); });
  add("POST", "/__sim/actions/{id}/touch", [this](Call* call) { return TouchAction(*call); });
  add("GET", "/__sim/jobs", [this](Call* /*call*/) { return ListJobs(); });
  add("POST", "/__sim/jobs/{id}", [this](Call* call) { return ChangeJob(*call); });
  add("GET", "/__sim/log", [this](Call* call) { return ReadLog(*call); });
  add("GET", "/__sim/stats", [this](Call* /*call*/) { return Stats(); });
}

ApiResponse ControlApi::AddFault(const Call& call) {
  const absl::StatusOr<RawObject> body = ParseBody(call);
  if (!body.ok()) return Refuse(body.status(), call);
  absl::StatusOr<Fault> fault = ParseFault(*body);
  if (!fault.ok()) return Refuse(fault.status(), call);
  return Json(RawObject().SetString("id", with_.faults->Add(*std::move(fault))));
}

ApiResponse ControlApi::SetRateLimit(const Call& call) {
  const absl::StatusOr<RawObject> body = ParseBody(call);
  if (!body.ok()) return Refuse(body.status(), call);
  const int64_t limit = body->GetInt("limit").value_or(-1);
  if (limit < 0 || limit > kMaxRateLimit) {
    return Refuse(absl::InvalidArgumentError("limit must be a whole number of at least 0"), call);
  }
  with_.limiter->SetLimit(static_cast<int>(limit));
  return Json({});
}

ApiResponse ControlApi::GetAction(const Call& call) const {
  const std::string& id = call.path.at("id");
  auto document = with_.actions->Find(id);
  if (!document.has_value()) document = with_.flow_actions->Find(id);
  if (!document.has_value()) return ToResponse(NotFound(), call.context_id);
  return Json(document->json);
}

ApiResponse ControlApi::TouchAction(const Call& call) {
  const absl::StatusOr<RawObject> body = ParseBody(call);
  if (!body.ok()) return Refuse(body.status(), call);
  const std::optional<RawObject> changes = body->Has("set") ? body->GetObject("set") : RawObject();
  if (!changes.has_value()) {
    return Refuse(absl::InvalidArgumentError("set must be an object"), call);
  }
  const absl::StatusOr<RawObject> touched =
      TouchDataAction(with_.actions, with_.flow_actions, call.path.at("id"), *changes);
  return touched.ok() ? Json(*touched) : Refuse(touched.status(), call);
}

ApiResponse ControlApi::ListJobs() const {
  const absl::Time now = with_.clock->MonotonicNow();
  std::vector<std::string> jobs;
  for (const Execution& execution : with_.engine->All()) jobs.push_back(JobJson(execution, now));
  return Json(RawObject().Set("jobs", JsonArray(jobs)));
}

ApiResponse ControlApi::ChangeJob(const Call& call) {
  const absl::StatusOr<RawObject> body = ParseBody(call);
  if (!body.ok()) return Refuse(body.status(), call);
  const absl::Status changed = ChangeJob(call.path.at("id"), *body);
  return changed.ok() ? Json({}) : Refuse(changed, call);
}

absl::Status ControlApi::ChangeJob(const std::string& id, const RawObject& change) {
  bool found = false;
  if (change.Has("finish")) {
    const auto outcome = ParseOutcome(change.GetString("finish").value_or(""));
    if (!outcome.has_value()) return absl::InvalidArgumentError("finish must be an outcome");
    const std::string* const result = change.Find("result");
    found = with_.engine->Finish(id, *outcome,
                                 result == nullptr ? std::nullopt : std::make_optional(*result),
                                 change.GetString("message"));
  } else if (change.Has("status")) {
    const std::optional<std::string> status = change.GetString("status");
    if (!status.has_value() && *change.Find("status") != "null") {
      return absl::InvalidArgumentError("status must be a string or null");
    }
    found = with_.engine->OverrideStatus(id, status);
  } else if (change.GetBool("forget").value_or(false)) {
    found = with_.engine->Forget(id);
  } else {
    return absl::InvalidArgumentError("expected finish, status or forget");
  }
  return found ? absl::OkStatus() : absl::NotFoundError(absl::StrCat("job ", id));
}

ApiResponse ControlApi::ReadLog(const Call& call) const {
  int64_t after = 0;
  const std::string text = FindParam(call.query, "after").value_or("0");
  if (!absl::SimpleAtoi(text, &after)) {
    return Refuse(absl::InvalidArgumentError("after must be a whole number"), call);
  }
  ApiResponse response;
  response.content_type = "application/x-ndjson";
  for (const std::string& line : with_.log->After(after)) {
    absl::StrAppend(&response.body, line, "\n");
  }
  return response;
}

ApiResponse ControlApi::Stats() const {
  const RequestLog::Totals totals = with_.log->totals();
  RawObject by_route;
  for (const auto& [route, count] : totals.by_route) by_route.SetInt(route, count);
  RawObject by_status;
  for (const auto& [status, count] : totals.by_status)
    by_status.SetInt(absl::StrCat(status), count);
  return Json(RawObject()
                  .SetInt("requests", totals.requests)
                  .Set("byRoute", by_route.ToString())
                  .Set("byStatus", by_status.ToString())
                  .SetInt("faults", totals.faults)
                  .SetInt("rateLimited", with_.limiter->refused())
                  .SetInt("tokensIssued", with_.tokens->issued())
                  .SetInt("executions", static_cast<int64_t>(with_.engine->size())));
}

}  // namespace gcjobs::sim

#include "tests/simulator/action_executions_api.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/simulator/error_body.h"

namespace gcjobs::sim {
namespace {

// "The default timeout of 60 seconds is used when you do not set a value."
constexpr int64_t kDefaultTimeoutSeconds = 60;

absl::Duration TimeoutOf(const RawObject& action) {
  const std::optional<RawObject> config = action.GetObject("config");
  const std::optional<int64_t> seconds =
      config.has_value() ? config->GetInt("timeoutSeconds") : std::nullopt;
  return absl::Seconds(seconds.value_or(kDefaultTimeoutSeconds));
}

std::string StatusPath(const Execution& execution) {
  return absl::StrCat("/api/v2/integrations/actions/", PercentEncode(execution.action_id),
                      "/executions/", execution.id);
}

// Which answer an ended direct call gives. That a failed action is a 4xx with
// an ErrorBody is an assumption: no source shows one.
ApiResponse DirectAnswer(const ExecutionScript& script, const Call& call) {
  if (script.outcome == Outcome::kCompleted) {
    ApiResponse response;
    response.body = script.result;
    return response;
  }
  ApiError error = ErrorOfHttpStatus(script.direct_error_status);
  error.message = script.message;
  return ToResponse(error, call.context_id);
}

ApiError ErrorOfHold(const absl::Status& status) {
  return absl::IsUnavailable(status) ? ErrorOfHttpStatus(503) : BadRequest(status.message());
}

// A test succeeds as a call whatever the action did; what a direct call would
// have answered is in it.
ApiResponse TestAnswer(const ApiResponse& answer) {
  const bool success = answer.status == 200;
  const char* const member = success ? "result" : "error";
  const std::string steps[] = {RawObject()
                                   .SetInt("step", 1)
                                   .SetString("name", "Validate request")
                                   .SetBool("success", true)
                                   .ToString(),
                               RawObject()
                                   .SetInt("step", 2)
                                   .SetString("name", "Execute")
                                   .SetBool("success", success)
                                   .Set(member, answer.body)
                                   .ToString()};
  ApiResponse response;
  response.body = RawObject()
                      .Set("operations", JsonArray({steps[0], steps[1]}))
                      .SetBool("success", success)
                      .Set(success ? "finalResult" : "error", answer.body)
                      .ToString();
  return response;
}

std::string StatusJson(const Execution& execution, absl::Time monotonic_now) {
  RawObject json;
  json.SetString("id", execution.id)
      .SetString("actionId", execution.action_id)
      .SetString("status", StatusAt(execution, monotonic_now))
      .SetString("selfUri", StatusPath(execution));
  if (PhaseAt(execution, monotonic_now) != Phase::kEnded) return json.ToString();
  const ExecutionScript& script = *execution.script;
  if (script.outcome == Outcome::kCompleted) json.Set("result", script.result);
  if (script.outcome == Outcome::kFailed) {
    json.Set("error", RawObject()
                          .SetString("code", "action.failed")
                          .SetString("message", script.message)
                          .ToString());
  }
  return json.ToString();
}

}  // namespace

void ActionExecutionsApi::AddRoutes(Router* router) {
  constexpr char kExecute[] = "/api/v2/integrations/actions/{actionId}/execute";
  constexpr char kTest[] = "/api/v2/integrations/actions/{actionId}/test";
  constexpr char kStatus[] = "/api/v2/integrations/actions/{actionId}/executions/{executionId}";
  router->Add({"POST", kExecute, "execute_action", RouteClass::kSubmit,
               [this](Call* call) { return Execute(call); }});
  router->Add({"POST", kTest, "test_action", RouteClass::kWrite,
               [this](Call* call) { return Test(call); }});
  if (!has_async_) return;
  router->Add({"GET", kStatus, "get_execution", RouteClass::kPoll,
               [this](Call* call) { return GetStatus(call); }});
}

ApiResponse ActionExecutionsApi::Execute(Call* call) {
  const auto action = with_.actions->documents().Find(call->path.at("actionId"));
  if (!action.has_value()) return ToResponse(NotFound(), call->context_id);
  const absl::StatusOr<RawObject> body = RawObject::Parse(call->request->body);
  if (!body.ok()) return ToResponse(BadRequest(body.status().message()), call->context_id);
  const bool async = has_async_ && body->GetBool("async").value_or(false);
  return async ? StartAsync(call, *action, *body) : RunDirect(call, *action, *body);
}

ApiResponse ActionExecutionsApi::StartAsync(Call* call, const DocumentStore::Document& action,
                                            const RawObject& body) {
  const std::optional<RawObject> parameters =
      body.Has("parameters") ? body.GetObject("parameters") : RawObject();
  if (!parameters.has_value()) {
    return ToResponse(BadRequest("parameters must be an object."), call->context_id);
  }
  absl::StatusOr<ExecutionScript> script =
      with_.planner->Plan(action.id, with_.actions->BehaviourOf(action.id), *parameters);
  if (!script.ok()) return ToResponse(BadRequest(script.status().message()), call->context_id);
  const Execution execution = with_.engine->Submit(
      action.id, call->client_id, ExecutionEngine::Mode::kAsync, *std::move(script));
  call->execution_id = execution.id;
  return Accepted(execution);
}

ApiResponse ActionExecutionsApi::Accepted(const Execution& execution) const {
  ApiResponse response;
  response.status = 202;
  RawObject json;
  switch (id_field_) {
    case ExecutionIdField::kId:
      json.SetString("id", execution.id);
      break;
    case ExecutionIdField::kExecutionId:
      json.SetString("executionId", execution.id);
      break;
    case ExecutionIdField::kJobId:
      json.SetString("jobId", execution.id);
      break;
    case ExecutionIdField::kLocation:
      response.headers.emplace_back("Location", StatusPath(execution));
      break;
  }
  json.SetString("status", StatusAt(execution, execution.submitted_monotonic));
  response.body = json.ToString();
  return response;
}

absl::StatusOr<ActionExecutionsApi::HeldCall> ActionExecutionsApi::Hold(
    Call* call, const DocumentStore::Document& action, const RawObject& parameters) const {
  absl::StatusOr<ExecutionScript> script =
      with_.planner->Plan(action.id, with_.actions->BehaviourOf(action.id), parameters);
  if (!script.ok()) return script.status();
  script->queued = absl::ZeroDuration();  // a held call does not queue
  const Execution execution = with_.engine->Submit(
      action.id, call->client_id, ExecutionEngine::Mode::kDirect, *std::move(script));
  call->execution_id = execution.id;

  const absl::Duration timeout = TimeoutOf(action.json) / with_.planner->speed();
  const absl::Duration total = TotalDuration(*execution.script);
  if (!with_.waiter->Wait(std::min(total, timeout))) {
    return absl::UnavailableError("the simulator stops");
  }
  return HeldCall{execution.script, total <= timeout};
}

ApiResponse ActionExecutionsApi::RunDirect(Call* call, const DocumentStore::Document& action,
                                           const RawObject& body) const {
  const absl::StatusOr<HeldCall> held = Hold(call, action, body);
  if (!held.ok()) return ToResponse(ErrorOfHold(held.status()), call->context_id);
  if (!held->in_time) return ToResponse(RequestTimeout(), call->context_id);
  return DirectAnswer(*held->script, *call);
}

ApiResponse ActionExecutionsApi::Test(Call* call) const {
  const auto action = with_.actions->documents().Find(call->path.at("actionId"));
  if (!action.has_value()) return ToResponse(NotFound(), call->context_id);
  const absl::StatusOr<RawObject> body = RawObject::Parse(call->request->body);
  if (!body.ok()) return ToResponse(BadRequest(body.status().message()), call->context_id);
  const absl::StatusOr<HeldCall> held = Hold(call, *action, *body);
  if (!held.ok()) return ToResponse(ErrorOfHold(held.status()), call->context_id);
  const ApiResponse answer = held->in_time ? DirectAnswer(*held->script, *call)
                                           : ToResponse(RequestTimeout(), call->context_id);
  return TestAnswer(answer);
}

ApiResponse ActionExecutionsApi::GetStatus(Call* call) const {
  const std::optional<Execution> execution = with_.engine->Find(call->path.at("executionId"));
  call->execution_id = call->path.at("executionId");
  const bool found = execution.has_value() && execution->mode == Execution::Mode::kAsync &&
                     execution->action_id == call->path.at("actionId");
  if (!found) return ToResponse(NotFound(), call->context_id);
  ApiResponse response;
  response.body = StatusJson(*execution, with_.clock->MonotonicNow());
  return response;
}

}  // namespace gcjobs::sim

#include "tests/simulator/job_kinds_api.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/genesys/kinds/kind_path.h"
#include "tests/simulator/conversation_views_api.h"
#include "tests/simulator/error_body.h"
#include "tests/simulator/job_kind_bodies.h"
#include "tests/simulator/json_path.h"
#include "tests/simulator/kind_words.h"
#include "tests/simulator/result_paging.h"
#include "tests/simulator/sim_directive.h"

namespace gcjobs::sim {
namespace {

bool IsSame(const CallSpec& a, const CallSpec& b) {
  return a.method == b.method && a.path == b.path;
}

// An array cannot hold a directive; an absent body is an empty one.
absl::StatusOr<RawObject> ParseSubmission(absl::string_view body) {
  if (body.empty()) return RawObject();
  absl::StatusOr<RawObject> object = RawObject::Parse(body);
  if (object.ok()) return object;
  const auto wrapped = RawObject::Parse(absl::StrCat("{\"body\":", body, "}"));
  if (wrapped.ok() && absl::StartsWith(*wrapped->Find("body"), "[")) return RawObject();
  return object;
}

// Queries say in their body how large they want their pages.
int AskedPageSize(const RawObject& body) {
  const std::optional<RawObject> paging = body.GetObject("paging");
  const int64_t nested = paging.has_value() ? paging->GetInt("pageSize").value_or(0) : 0;
  const int64_t asked = body.GetInt("pageSize").value_or(nested);
  return static_cast<int>(std::clamp<int64_t>(asked, 0, kMaxItemsPerPage));
}

// The number of the page that a query asks for.
int64_t PageNumber(absl::string_view body) {
  const absl::StatusOr<RawObject> query = RawObject::Parse(body);
  const std::optional<RawObject> paging = query.ok() ? query->GetObject("paging") : std::nullopt;
  const int64_t number = paging.has_value() ? paging->GetInt("pageNumber").value_or(1) : 1;
  return std::clamp<int64_t>(number, 1, kMaxResultPages);
}

// Whether `body` has every member that `wanted` has.
bool AsksFor(absl::string_view body, absl::string_view wanted) {
  if (wanted.empty()) return true;
  const absl::StatusOr<RawObject> has = RawObject::Parse(body);
  const absl::StatusOr<RawObject> needs = RawObject::Parse(wanted);
  if (!has.ok() || !needs.ok()) return false;
  const std::vector<std::string> keys = needs->Keys();
  return std::all_of(keys.begin(), keys.end(), [&](const std::string& key) {
    return has->Has(key) && *has->Find(key) == *needs->Find(key);
  });
}

// Whether a call's query has all that a kind's query asks for.
bool AsksFor(const QueryParams& query, absl::string_view wanted) {
  const QueryParams needed = ParseQuery(wanted);
  return std::all_of(needed.begin(), needed.end(), [&](const auto& parameter) {
    return FindParam(query, parameter.first) == parameter.second;
  });
}

ApiResponse Json(int status, std::string body) {
  ApiResponse response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

}  // namespace

JobKindsApi::JobKindsApi(std::vector<KindSpec> kinds, Options options,
                         const Collaborators& collaborators)
    : kinds_([&] {
        std::vector<Kind> all;
        for (KindSpec& spec : kinds) {
          auto words = std::make_shared<const StatusWords>(WordsOfKind(spec));
          all.push_back({std::move(spec), std::move(words)});
        }
        return all;
      }()),
      options_(std::move(options)),
      with_(collaborators) {
  for (const Kind& kind : kinds_) by_name_[kind.spec.name] = &kind;
}

void JobKindsApi::AddRoutes(Router* router) {
  for (const Kind& kind : kinds_) {
    const KindSpec& spec = kind.spec;
    AddSubmitRoute(kind, router);
    if (RunsAtOnce(kind)) continue;
    AddJobRoute(spec.status, "get_job", RouteClass::kPoll, router);
    if (!spec.results.call.path.empty()) {
      AddJobRoute(spec.results.call, "get_job_results", RouteClass::kResults, router);
    }
    if (spec.results.mode == v1::RESULTS_MODE_LINK) {
      AddJobRoute(LinkCall(spec), "get_job_results", RouteClass::kResults, router);
    }
    if (spec.cancel.has_value()) {
      AddJobRoute(*spec.cancel, "cancel_job", RouteClass::kCancel, router);
    }
    if (spec.second_phase.has_value()) {
      AddJobRoute(spec.second_phase->call, "continue_job", RouteClass::kSubmit, router);
    }
  }
}

void JobKindsApi::AddSubmitRoute(const Kind& kind, Router* router) {
  router->Add({kind.spec.submit.method, kind.spec.submit.path, "submit_job", RouteClass::kSubmit,
               [this, &kind](Call* call) {
                 return RunsAtOnce(kind) ? RunAtOnce(kind, call) : Submit(kind, call);
               }});
}

bool JobKindsApi::RunsAtOnce(const Kind& kind) const {
  return options_.runs_at_once && kind.spec.synchronous.has_value();
}

void JobKindsApi::AddJobRoute(const CallSpec& call, absl::string_view name, RouteClass route_class,
                              Router* router) {
  if (router->Has(call.method, call.path)) return;
  router->Add({call.method, call.path, std::string(name), route_class,
               [this, call](Call* request) { return Serve(call, request); }});
}

ApiResponse JobKindsApi::Submit(const Kind& kind, Call* call) {
  call->kind = kind.spec.name;
  absl::StatusOr<ExecutionScript> script = Plan(kind, call->request->body);
  if (!script.ok()) return ToResponse(BadRequest(script.status().message()), call->context_id);
  const Execution execution =
      with_.engine->Submit(kind.spec.name, call->client_id, ExecutionEngine::Mode::kKind,
                           *std::move(script), call->path);
  call->execution_id = execution.id;
  return Json(202, SubmittedBody(kind.spec, execution, execution.submitted_monotonic).ToString());
}

ApiResponse JobKindsApi::RunAtOnce(const Kind& kind, Call* call) {
  call->kind = kind.spec.name;
  absl::StatusOr<ExecutionScript> script = Plan(kind, call->request->body);
  if (!script.ok()) return ToResponse(BadRequest(script.status().message()), call->context_id);
  const ResultPlan plan = script->results;
  const int64_t number = PageNumber(call->request->body);
  const int size = plan.asked_page_size > 0 ? std::min(plan.asked_page_size, plan.items_per_page)
                                            : plan.items_per_page;
  // Behind the last page there are empty ones.
  const PageWindow window = WindowAt(plan, (number - 1) * size, size).value_or(PageWindow());
  Execution execution;
  execution.script = std::make_shared<const ExecutionScript>(*std::move(script));
  KindSpec spec = kind.spec;
  spec.results.items = spec.synchronous->items;
  RawObject envelope;
  envelope.SetInt("totalHits", plan.total());
  return Json(200, PageBody(spec, execution, window, options_.seed, std::move(envelope)));
}

absl::StatusOr<ExecutionScript> JobKindsApi::Plan(const Kind& kind, absl::string_view body) {
  const absl::StatusOr<RawObject> submission = ParseSubmission(body);
  if (!submission.ok()) return submission.status();
  const absl::StatusOr<SimDirective> directive = ParseSimDirective(*submission);
  if (!directive.ok()) return directive.status();
  if (const absl::Status valid = CheckViewOf(*submission); !valid.ok()) return valid;
  const ResultsSpec& results = kind.spec.results;
  ResultPlan plan = directive->PlanResults(options_.results);
  plan.asked_page_size = AskedPageSize(*submission);
  if (results.max_page_size > 0) {
    plan.items_per_page = std::min(plan.items_per_page, results.max_page_size);
  }
  if (plan.fault == ResultFault::kForeignLink && results.mode != v1::RESULTS_MODE_LINK) {
    return absl::InvalidArgumentError("$sim.results: this kind has no links");
  }
  ExecutionScript script = with_.planner->PlanJob(kind.spec.name, *directive);
  script.words = kind.words;
  script.waits_for_go = kind.spec.second_phase.has_value();
  script.results = std::move(plan);
  return script;
}

std::optional<JobKindsApi::Job> JobKindsApi::FindJob(const Call& call) const {
  const auto id = call.path.find(std::string(kUpstreamIdName));
  if (id == call.path.end()) return std::nullopt;
  std::optional<Execution> execution = with_.engine->Find(id->second);
  if (!execution.has_value() || execution->mode != Execution::Mode::kKind) return std::nullopt;
  const auto kind = by_name_.find(execution->action_id);
  if (kind == by_name_.end()) return std::nullopt;
  // Another flow's or another knowledge base's job is not found.
  for (const auto& [name, value] : call.path) {
    const auto submitted = execution->path.find(name);
    if (submitted != execution->path.end() && submitted->second != value) return std::nullopt;
  }
  return Job{kind->second, *std::move(execution)};
}

ApiResponse JobKindsApi::Serve(const CallSpec& route, Call* call) {
  const std::optional<Job> job = FindJob(*call);
  if (!job.has_value()) return ToResponse(NotFound(), call->context_id);
  call->kind = job->kind->spec.name;
  call->execution_id = job->execution.id;
  const KindSpec& kind = job->kind->spec;
  const std::string& body = call->request->body;
  const bool may_cancel = kind.cancel.has_value() && IsSame(*kind.cancel, route);
  const bool may_go_on = kind.second_phase.has_value() && IsSame(kind.second_phase->call, route);
  if (may_cancel && AsksFor(body, kind.cancel->body)) return Cancel(*job);
  if (may_go_on && AsksFor(body, kind.second_phase->call.body)) return LetGoOn(*job, *call);
  if (may_cancel || may_go_on) return ToResponse(BadRequest(""), call->context_id);
  if (IsSame(kind.status, route)) return GetStatus(*job, *call);
  if (IsSame(kind.results.call, route) || IsSame(LinkCall(kind), route)) {
    return GetResults(*job, *call);
  }
  return ToResponse(NotFound(), call->context_id);  // a call of another kind
}

ApiResponse JobKindsApi::Cancel(const Job& job) {
  with_.engine->Cancel(job.execution.id);
  return job.kind->spec.cancel->method == "DELETE" ? Json(204, "") : TellAgain(job);
}

ApiResponse JobKindsApi::LetGoOn(const Job& job, const Call& call) {
  if (PhaseAt(job.execution, with_.clock->MonotonicNow()) == Phase::kQueued) {
    return ToResponse({409, "general.conflict", "The job is not ready yet.", {}}, call.context_id);
  }
  with_.engine->Release(job.execution.id);
  return TellAgain(job);
}

ApiResponse JobKindsApi::TellAgain(const Job& job) const {
  const Execution changed = with_.engine->Find(job.execution.id).value_or(job.execution);
  return Json(200, StatusBody(job.kind->spec, changed, with_.clock->MonotonicNow()).ToString());
}

ApiResponse JobKindsApi::GetStatus(const Job& job, const Call& call) const {
  const KindSpec& kind = job.kind->spec;
  const absl::Time now = with_.clock->MonotonicNow();
  RawObject body = StatusBody(kind, job.execution, now);
  // What a kind's query asks for is not told without it: reasons, or the result.
  const bool is_asked_for = AsksFor(call.query, kind.status.query);
  if (!is_asked_for) {
    for (const JsonPath& field : kind.error_fields) body.Erase(field.front());
  }
  if (EndAt(job.execution, now) != Outcome::kCompleted) return Json(200, body.ToString());
  const v1::ResultsMode mode = kind.results.mode;
  const bool has_own_call =
      !kind.results.call.path.empty() && !IsSame(kind.results.call, kind.status);
  const bool is_paged = mode == v1::RESULTS_MODE_LINK || mode == v1::RESULTS_MODE_CURSOR;
  if (is_paged && !has_own_call) return GetPage(job, call, std::move(body));
  if (mode == v1::RESULTS_MODE_INLINE && is_asked_for) {
    AddInlineResult(kind, job.execution, options_.seed, &body);
  } else if (mode == v1::RESULTS_MODE_URL && !has_own_call) {
    AddUrls(kind, job.execution, with_.clock->Now(), &body);
  }
  return Json(200, body.ToString());
}

ApiResponse JobKindsApi::GetResults(const Job& job, const Call& call) const {
  const KindSpec& kind = job.kind->spec;
  const absl::Time now = with_.clock->MonotonicNow();
  const std::optional<Outcome> end = EndAt(job.execution, now);
  if (!end.has_value()) {
    return ToResponse(BadRequest("The job has no results yet."), call.context_id);
  }
  if (end != Outcome::kCompleted) return ToResponse(NotFound(), call.context_id);
  RawObject envelope = kind.results.mode == v1::RESULTS_MODE_LINK
                           ? StatusBody(kind, job.execution, now)
                           : PageEnvelope(kind, job.execution);
  if (kind.results.mode != v1::RESULTS_MODE_URL) return GetPage(job, call, std::move(envelope));
  AddUrls(kind, job.execution, with_.clock->Now(), &envelope);
  return Json(200, envelope.ToString());
}

ApiResponse JobKindsApi::GetPage(const Job& job, const Call& call, RawObject envelope) const {
  const KindSpec& kind = job.kind->spec;
  const ExecutionScript& script = *job.execution.script;
  const absl::StatusOr<PageWindow> window = FindWindow(kind, script, call.query);
  if (!window.ok()) return ToResponse(BadRequest(window.status().message()), call.context_id);
  const ResultPlan& plan = script.results;
  if (plan.fault == ResultFault::kExpired && window->page >= plan.fault_page) {
    with_.engine->Finish(job.execution.id, Outcome::kExpired, std::nullopt, std::nullopt);
    return ToResponse(NotFound(), call.context_id);
  }
  if (window->next.has_value()) {
    SetAt(kind.results.next, JsonString(NextOf(kind, job.execution, *window, call)), &envelope);
  }
  return Json(200, PageBody(kind, job.execution, *window, options_.seed, std::move(envelope)));
}

}  // namespace gcjobs::sim

#include "tests/simulator/fault_plan.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/simulator/error_body.h"
#include "tests/simulator/glob.h"

namespace gcjobs::sim {

bool Fault::LetsPass() const {
  return when == When::kAfter || (!status.has_value() && !body.has_value() && !reset);
}

std::string FaultPlan::Add(Fault fault) {
  MutexLock lock(&mu_);
  ++last_id_;
  if (fault.id.empty()) fault.id = absl::StrCat("fault-", last_id_);
  std::string id = fault.id;
  faults_.push_back({std::move(fault)});
  return id;
}

std::optional<Fault> FaultPlan::Take(absl::string_view method, absl::string_view path) {
  MutexLock lock(&mu_);
  for (Armed& armed : faults_) {
    const Fault& fault = armed.fault;
    if (!fault.method.empty() && fault.method != method) continue;
    if (!GlobMatches(fault.route, path)) continue;
    if (fault.count > 0 && armed.hit >= fault.count) continue;
    if (armed.seen++ < fault.skip) continue;
    ++armed.hit;
    return fault;
  }
  return std::nullopt;
}

void FaultPlan::Clear() {
  MutexLock lock(&mu_);
  faults_.clear();
}

std::string FaultPlan::ToJson() const {
  MutexLock lock(&mu_);
  std::vector<std::string> elements;
  for (const Armed& armed : faults_) {
    RawObject json;
    json.SetString("id", armed.fault.id)
        .SetString("method", armed.fault.method)
        .SetString("route", armed.fault.route)
        .SetInt("skip", armed.fault.skip)
        .SetInt("count", armed.fault.count)
        .SetInt("seen", armed.seen)
        .SetInt("hit", armed.hit);
    elements.push_back(json.ToString());
  }
  return JsonArray(elements);
}

Reply ApplyFault(const Fault& fault, std::optional<ApiResponse> original,
                 absl::string_view context_id) {
  const bool usual_body = fault.status.has_value() && !fault.body.has_value();
  Reply reply;
  if (original.has_value()) reply.response = *std::move(original);
  if (usual_body) reply.response = ToResponse(ErrorOfHttpStatus(*fault.status), context_id);
  if (fault.status.has_value()) reply.response.status = *fault.status;
  if (fault.body.has_value()) reply.response.body = *fault.body;
  for (const auto& [name, value] : fault.headers) {
    if (absl::EqualsIgnoreCase(name, "content-type")) {
      reply.response.content_type = value;
    } else {
      reply.response.headers.emplace_back(name, value);
    }
  }
  reply.reset = fault.reset;
  reply.truncate_at = fault.truncate_at;
  return reply;
}

}  // namespace gcjobs::sim

#include "server/genesys/kinds/declared_call.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/genesys/kinds/kind_path.h"

namespace gcjobs {
namespace {

absl::string_view ParameterOf(const JobRef& job, absl::string_view name) {
  if (name == kUpstreamIdName) return job.upstream_id;
  if (job.path_parameters == nullptr) return "";
  const auto parameter = job.path_parameters->find(std::string(name));
  return parameter == job.path_parameters->end() ? absl::string_view() : parameter->second;
}

}  // namespace

ApiRequest BuildCall(RequestClass request_class, const CallSpec& call, const JobRef& job) {
  ApiRequest request;
  request.request_class = request_class;
  request.method = call.method;
  request.target = FillKindPath(
      call.path, [&](absl::string_view name) { return PercentEncode(ParameterOf(job, name)); });
  if (!call.query.empty()) absl::StrAppend(&request.target, "?", call.query);
  request.body = call.body;
  return request;
}

}  // namespace gcjobs

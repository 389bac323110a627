#ifndef GCJOBS_TESTS_SIMULATOR_ROUTER_H_
#define GCJOBS_TESTS_SIMULATOR_ROUTER_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tests/simulator/http_message.h"

namespace gcjobs::sim {

// What a request costs a client: the log's `class`.
enum class RouteClass { kToken, kSubmit, kPoll, kResults, kCancel, kRead, kWrite, kControl };
absl::string_view RouteClassName(RouteClass route_class);

// One request on its way through a handler.
struct Call {
  const ApiRequest* request = nullptr;      // outlives the call
  std::map<std::string, std::string> path;  // the pattern's {names}, decoded
  QueryParams query;
  std::string context_id;  // the correlation id
  std::string client_id;   // whose token it is; "" where none is needed
  std::string token;       // whole: for handlers, never for the log

  // Set by the handler, for the log.
  std::string execution_id;
  std::string kind;  // of a declared job kind's job
};

using Handler = std::function<ApiResponse(Call*)>;

struct Route {
  std::string method;
  std::string pattern;  // "/api/v2/flows/{flowId}/dataactions/{dataActionId}"
  std::string name;     // "get_flow_action"; what tests search the log for
  RouteClass route_class;
  Handler handler;
};

// Finds the route of a request. Each part of the API adds its own routes; a
// literal segment wins over a {name}. Filled before the first Match, constant
// and safe for all threads after.
class Router {
 public:
  struct Found {
    const Route* route = nullptr;             // nullptr: no such route
    std::map<std::string, std::string> path;  // decoded {names}
    bool path_exists = false;                 // true though the method may be wrong
  };

  void Add(Route route);

  // Whether there is a route of this method and pattern.
  bool Has(absl::string_view method, absl::string_view pattern) const;

  // HEAD finds GET. `path` is as sent, percent-encoded.
  Found Match(absl::string_view method, absl::string_view path) const;

 private:
  struct Entry {
    Route route;
    std::vector<std::string> segments;
    int literals;  // more literal segments: more specific
  };
  std::vector<Entry> entries_;
};

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_ROUTER_H_

#include "server/scheduler/request_class.h"

namespace gcjobs {

absl::string_view Name(RequestClass request_class) {
  switch (request_class) {
    case RequestClass::kToken:
      return "token";
    case RequestClass::kSubmit:
      return "submit";
    case RequestClass::kCancel:
      return "cancel";
    case RequestClass::kManage:
      return "manage";
    case RequestClass::kPoll:
      return "poll";
    case RequestClass::kResults:
      return "results";
  }
  return "unknown";
}

}  // namespace gcjobs

#ifndef GCJOBS_TESTS_SIMULATOR_ERROR_BODY_H_
#define GCJOBS_TESTS_SIMULATOR_ERROR_BODY_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tests/simulator/http_message.h"

namespace gcjobs::sim {

// A refusal as the API words it: Genesys Cloud's ErrorBody.
struct ApiError {
  int status = 500;
  std::string code;     // such as "not.found"
  std::string message;  // with its parameters filled in
  std::vector<std::pair<std::string, std::string>> message_params;
};

// What a lost race for a document's version looks like. Which of the two a
// real organisation sends for data actions is not documented (assumption).
enum class ConflictStyle { k409, k400 };

ApiError BadRequest(absl::string_view message);
ApiError NotFound();
ApiError MethodNotAllowed();
ApiError AuthenticationRequired();
ApiError BadCredentials();
ApiError CredentialsExpired();
ApiError BodyTooLarge(size_t max_bytes);
ApiError UnsupportedMediaType(absl::string_view content_type);
ApiError RequestTimeout();
ApiError VersionConflict(ConflictStyle style);
ApiError TooManyRequests(absl::Duration retry_after);

// The usual code and message of an HTTP status, for faults that name nothing
// else.
ApiError ErrorOfHttpStatus(int status);

// What validation found: INVALID_ARGUMENT is 400, NOT_FOUND 404, ABORTED a
// version conflict in `style`, everything else 500.
ApiError ErrorOfStatus(const absl::Status& status, ConflictStyle style);

// The answer that carries the error. `context_id` is the correlation id.
ApiResponse ToResponse(const ApiError& error, absl::string_view context_id);

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_ERROR_BODY_H_

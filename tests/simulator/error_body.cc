#include "tests/simulator/error_body.h"

#include "absl/strings/str_cat.h"
#include "tests/simulator/epoch_seconds.h"
#include "tests/simulator/raw_json.h"

namespace gcjobs::sim {
namespace {

constexpr char kMalformed[] =
    "The request could not be understood by the server due to malformed syntax.";

}  // namespace

ApiError BadRequest(absl::string_view message) {
  return {400, "bad.request", message.empty() ? kMalformed : std::string(message), {}};
}

ApiError NotFound() { return {404, "not.found", "The requested resource was not found.", {}}; }

ApiError MethodNotAllowed() {
  return {405, "method.not.allowed", "The method is not allowed for the requested resource.", {}};
}

ApiError AuthenticationRequired() {
  return {401,
          "authentication.required",
          "No authentication bearer token specified in authorization header.",
          {}};
}

ApiError BadCredentials() { return {401, "bad.credentials", "Invalid login credentials.", {}}; }

ApiError CredentialsExpired() {
  return {
      401, "credentials.expired", "The supplied credentials are expired and cannot be used.", {}};
}

ApiError BodyTooLarge(size_t max_bytes) {
  return {413,
          "request.entity.too.large",
          absl::StrCat("The request is over the size limit. Maximum bytes: ", max_bytes),
          {{"maximumBytes", absl::StrCat(max_bytes)}}};
}

ApiError UnsupportedMediaType(absl::string_view content_type) {
  return {415,
          "unsupported.media.type",
          absl::StrCat("Unsupported Media Type - Unsupported or incorrect media type, such as an "
                       "incorrect Content-Type value in the header: '",
                       content_type, "'"),
          {}};
}

ApiError RequestTimeout() { return {504, "request.timeout", "The request timed out.", {}}; }

ApiError VersionConflict(ConflictStyle style) {
  if (style == ConflictStyle::k400) {
    return BadRequest("The version of the request does not match the current version.");
  }
  return {409, "general.conflict", "Version does not match current version.", {}};
}

ApiError TooManyRequests(absl::Duration retry_after) {
  const std::string seconds = absl::StrCat(CeilSeconds(retry_after));
  return {
      429,
      "too.many.requests.retry.after",
      absl::StrCat("Rate limit exceeded the maximum. Retry the request in [", seconds, "] seconds"),
      {}};
}

ApiError ErrorOfHttpStatus(int status) {
  switch (status) {
    case 400:
      return BadRequest("");
    case 401:
      return BadCredentials();
    case 403:
      return {403, "not.authorized", "You are not authorized to perform the requested action.", {}};
    case 404:
      return NotFound();
    case 405:
      return MethodNotAllowed();
    case 408:
      return {408, "client.timeout", "The client did not send its request in time.", {}};
    case 409:
      return VersionConflict(ConflictStyle::k409);
    case 415:
      return UnsupportedMediaType("");
    case 429:
      return TooManyRequests(absl::Seconds(3));
    case 503:
      return {503,
              "service.unavailable",
              "Service Unavailable - The server is currently unavailable (because it is "
              "overloaded or down for maintenance).",
              {}};
    case 504:
      return RequestTimeout();
    default:
      return {status,
              status >= 500 ? "internal.server.error" : "bad.request",
              status >= 500 ? "The server encountered an unexpected condition which prevented it "
                              "from fulfilling the request."
                            : kMalformed,
              {}};
  }
}

ApiError ErrorOfStatus(const absl::Status& status, ConflictStyle style) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
      return BadRequest(status.message());
    case absl::StatusCode::kNotFound:
      return NotFound();
    case absl::StatusCode::kAborted:
      return VersionConflict(style);
    default:
      return ErrorOfHttpStatus(500);
  }
}

ApiResponse ToResponse(const ApiError& error, absl::string_view context_id) {
  RawObject body;
  body.SetString("message", error.message)
      .SetString("code", error.code)
      .SetInt("status", error.status);
  if (!error.message_params.empty()) {
    RawObject params;
    for (const auto& [key, value] : error.message_params) params.SetString(key, value);
    body.Set("messageParams", params.ToString());
  }
  body.SetString("contextId", context_id).Set("details", "[]").Set("errors", "[]");
  ApiResponse response;
  response.status = error.status;
  response.body = body.ToString();
  return response;
}

}  // namespace gcjobs::sim

#include "client/result_session.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "common/time_conversion.h"
#include "gcjobs/v1/job_service.pb.h"

namespace gcjobs {
namespace {

constexpr char kReadResults[] = "/gcjobs.v1.JobService/ReadResults";

}  // namespace

absl::Status ResultSession::Read(const std::string& job_id, Position from) {
  job_id_ = job_id;
  position_ = std::move(from);
  StreamReader<client::ResultPage>* const reader = this;
  return ResumableStream(&client_, &io_, options_.reconnect_for).Read(reader);
}

std::unique_ptr<ServerStream<client::ResultPage>> ResultSession::Open() {
  v1::ReadResultsRequest request;
  request.set_job_id(job_id_);
  request.set_cursor(position_.cursor);
  request.set_page_size(options_.page_size);
  return client_.OpenAs<client::ResultPage>(kReadResults, request);
}

absl::StatusOr<bool> ResultSession::OnMessage(client::ResultPage* page) {
  if (was_last_) return true;  // only the stream's end is still to come
  RETURN_IF_ERROR(CheckPage(*page));
  RETURN_IF_ERROR(observer_.OnPage(page));
  position_ = {page->next_cursor(), page->page_number()};
  if (page->has_data_available_until()) {
    data_available_until_ = FromProto(page->data_available_until());
  }
  bytes_replaced_ = bytes_replaced_ || page->bytes_replaced();
  was_last_ = page->last();
  return true;
}

absl::StatusOr<ResultSession::Next> ResultSession::OnStreamEnd(const absl::Status& end) {
  // After the last page it does not matter how the stream ends.
  if (was_last_) return Next::kDone;
  RETURN_IF_ERROR(end);
  return absl::UnavailableError("the stream ended before the last page");
}

void ResultSession::OnConnectionLost(const absl::Status& why) {
  observer_.OnConnectionLost(why, position_.pages);
}

absl::Status ResultSession::CheckPage(const client::ResultPage& page) const {
  const bool number_is_known = position_.cursor.empty() || position_.pages > 0;
  if (number_is_known && page.page_number() != position_.pages + 1) {
    return absl::DataLossError(absl::StrCat("the server sent page ", page.page_number(),
                                            " where page ", position_.pages + 1, " was due"));
  }
  if (!page.last() && page.next_cursor().empty()) {
    return absl::DataLossError(absl::StrCat("page ", page.page_number(),
                                            " is not the last and has no cursor to the next"));
  }
  return absl::OkStatus();
}

}  // namespace gcjobs

#ifndef GCJOBS_TESTS_POLYGLOT_CPP_RESUME_H_
#define GCJOBS_TESTS_POLYGLOT_CPP_RESUME_H_

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/error_details.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "gcjobs/v1/job_service.grpc.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

// Streams that outlive broken connections and restarts of the server, and
// errors in a form that a program can act on.

// What the server said about an error; the remedy tells a person why it happens
// and what to do. Without a reason when a proxy or the network made it; without a
// delay when asking again does not help.
struct ErrorDetails {
  google::rpc::ErrorInfo info;
  google::rpc::LocalizedMessage remedy;
  std::optional<std::chrono::milliseconds> retry_delay;
};

inline ErrorDetails GetErrorDetails(const grpc::Status& error) {
  ErrorDetails details;
  google::rpc::Status status;
  if (!grpc::ExtractErrorDetails(error, &status).ok()) return details;
  google::rpc::RetryInfo retry;
  for (const google::protobuf::Any& detail : status.details()) {
    if (detail.UnpackTo(&details.info) || detail.UnpackTo(&details.remedy)) continue;
    if (!detail.UnpackTo(&retry)) continue;
    details.retry_delay = std::chrono::milliseconds(retry.retry_delay().seconds() * 1000 +
                                                    retry.retry_delay().nanos() / 1000000);
  }
  return details;
}

// A server stream that is opened again after the last message's position
// whenever it breaks, and from the start when the server no longer has what
// follows. For one thread. Destroying it ends the stream.
template <typename Message, typename Position>
class ResumingReader {
 public:
  using Stream = std::unique_ptr<grpc::ClientReader<Message>>;
  using Open = std::function<Stream(grpc::ClientContext*, const Position&)>;
  using PositionOf = std::function<Position(const Message&)>;

  ResumingReader(Open open, PositionOf position_of, Position position)
      : open_(std::move(open)),
        position_of_(std::move(position_of)),
        position_(std::move(position)) {}
  ~ResumingReader() {
    if (stream_ == nullptr) return;
    context_->TryCancel();
    stream_->Finish();
  }

  // False at the stream's end, or after an error that does not pass by itself:
  // status() tells which.
  bool Read(Message* message) {
    while (true) {
      if (stream_ == nullptr) {
        context_ = std::make_unique<grpc::ClientContext>();
        stream_ = open_(context_.get(), position_);
      }
      if (stream_->Read(message)) {
        position_ = position_of_(*message);
        delay_ = kFirstDelay;
        return true;
      }
      status_ = stream_->Finish();
      stream_.reset();
      if (status_.ok() || !Recover()) return false;
    }
  }

  const grpc::Status& status() const { return status_; }

 private:
  static constexpr std::chrono::milliseconds kFirstDelay{100};
  static constexpr std::chrono::milliseconds kLongestDelay{5000};

  // What passes by itself: the server restarts or drains, this reader was too
  // slow, or there was too much to do.
  static bool IsTransient(grpc::StatusCode code) {
    return code == grpc::StatusCode::UNAVAILABLE || code == grpc::StatusCode::CANCELLED ||
           code == grpc::StatusCode::RESOURCE_EXHAUSTED ||
           code == grpc::StatusCode::DEADLINE_EXCEEDED;
  }

  // Prepares for the next attempt; false when there is none.
  bool Recover() {
    std::cerr << "stream broken after '" << position_ << "': " << status_.error_message() << "\n";
    if (status_.error_code() == grpc::StatusCode::OUT_OF_RANGE && position_ != Position()) {
      position_ = Position();
      return true;
    }
    if (!IsTransient(status_.error_code())) return false;
    const auto asked = GetErrorDetails(status_).retry_delay.value_or(kFirstDelay);
    std::this_thread::sleep_for(std::max(delay_, asked));
    delay_ = std::min(2 * delay_, kLongestDelay);
    return true;
  }

  const Open open_;
  const PositionOf position_of_;
  Position position_;
  std::chrono::milliseconds delay_ = kFirstDelay;
  std::unique_ptr<grpc::ClientContext> context_;
  Stream stream_;  // null: to be opened
  grpc::Status status_;
};

// All events of one job after `revision`; ends after the terminal one. `jobs`
// must outlive the reader, here and below.
inline ResumingReader<gcjobs::v1::JobEvent, int64_t> WatchJob(gcjobs::v1::JobService::Stub* jobs,
                                                              const std::string& job_id,
                                                              int64_t revision = 0) {
  const auto open = [=](grpc::ClientContext* context, int64_t after) {
    gcjobs::v1::WatchJobRequest request;
    request.set_job_id(job_id);
    request.set_after_revision(after);
    return jobs->WatchJob(context, request);
  };
  return {open, [](const gcjobs::v1::JobEvent& event) { return event.revision(); }, revision};
}

// Batches of events of all jobs that match, after `revision`; never ends by
// itself. Where the server has forgotten what came next, it starts over with
// SNAPSHOT events of what matches now and a BOOKMARK behind them.
inline ResumingReader<gcjobs::v1::WatchJobsResponse, int64_t> WatchJobs(
    gcjobs::v1::JobService::Stub* jobs, const gcjobs::v1::JobFilter& filter, int64_t revision = 0) {
  const auto open = [=](grpc::ClientContext* context, int64_t after) {
    gcjobs::v1::WatchJobsRequest request;
    *request.mutable_filter() = filter;
    request.set_after_revision(after);
    return jobs->WatchJobs(context, request);
  };
  return {open, [](const gcjobs::v1::WatchJobsResponse& batch) { return batch.revision(); },
          revision};
}

// The result pages of a finished job after `cursor`; ends after the last one.
inline ResumingReader<gcjobs::v1::ResultPage, std::string> ReadResults(
    gcjobs::v1::JobService::Stub* jobs, const std::string& job_id, const std::string& cursor = "") {
  const auto open = [=](grpc::ClientContext* context, const std::string& after) {
    gcjobs::v1::ReadResultsRequest request;
    request.set_job_id(job_id);
    request.set_cursor(after);
    return jobs->ReadResults(context, request);
  };
  return {open, [](const gcjobs::v1::ResultPage& page) { return page.next_cursor(); }, cursor};
}

#endif  // GCJOBS_TESTS_POLYGLOT_CPP_RESUME_H_

#ifndef GCJOBS_CLIENT_RESULT_SESSION_H_
#define GCJOBS_CLIENT_RESULT_SESSION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "client/cli_io.h"
#include "client/result_page.pb.h"
#include "client/resumable_stream.h"
#include "client/rpc_client.h"

namespace gcjobs {

// Told what happens while results are read, on the thread that reads.
class ResultObserver {
 public:
  virtual ~ResultObserver() = default;

  // The next page; its items may be taken away. An error ends the reading.
  virtual absl::Status OnPage(client::ResultPage* page) = 0;

  // The stream broke; it will be resumed after page `pages`. Once an outage.
  virtual void OnConnectionLost(const absl::Status& why, int64_t pages) = 0;

  // The server is back. More than once an outage when it goes away again before
  // a page came.
  virtual void OnConnectionRestored() = 0;
};

// Reads a job's result pages, each once and none left out, over as many streams
// as it takes (ResumableStream): it resumes from the last page's cursor. Pages
// out of order are an error (DATA_LOSS).
//
// For one thread and one reading. An interrupt ends it with CANCELLED.
class ResultSession final : private StreamReader<client::ResultPage> {
 public:
  struct Options {
    // How long one outage may last before the reading gives up with the error
    // that the last try met.
    absl::Duration reconnect_for = absl::Minutes(10);
    // Items per page; 0 = as submitted.
    int page_size = 0;
  };

  // Where a reading stands.
  struct Position {
    std::string cursor;  // of the last page that was read; empty = at the start
    int64_t pages = 0;   // its number; 0 with a cursor = not known
  };

  // All must outlive the session.
  ResultSession(RpcClient* client, const CliIo* io, ResultObserver* observer, Options options)
      : client_(*client), io_(*io), observer_(*observer), options_(options) {}

  // Until the last page was passed on.
  absl::Status Read(const std::string& job_id, Position from);

  const Position& position() const { return position_; }

  // Of the last page that says so: up to when Genesys Cloud had data.
  std::optional<absl::Time> data_available_until() const { return data_available_until_; }
  // Some page had bytes that were not UTF-8.
  bool bytes_replaced() const { return bytes_replaced_; }

 private:
  std::unique_ptr<ServerStream<client::ResultPage>> Open() override;
  absl::StatusOr<bool> OnMessage(client::ResultPage* page) override;
  absl::StatusOr<Next> OnStreamEnd(const absl::Status& end) override;
  void OnConnectionLost(const absl::Status& why) override;
  void OnConnectionRestored() override { observer_.OnConnectionRestored(); }

  absl::Status CheckPage(const client::ResultPage& page) const;

  RpcClient& client_;
  const CliIo& io_;
  ResultObserver& observer_;
  const Options options_;

  std::string job_id_;
  Position position_;
  bool was_last_ = false;
  std::optional<absl::Time> data_available_until_;
  bool bytes_replaced_ = false;
};

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_RESULT_SESSION_H_

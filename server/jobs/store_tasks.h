#ifndef GCJOBS_SERVER_JOBS_STORE_TASKS_H_
#define GCJOBS_SERVER_JOBS_STORE_TASKS_H_

#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/errors.h"
#include "common/task.h"
#include "server/net/event_loop.h"
#include "server/store/reader_pool.h"
#include "server/store/store.h"

namespace gcjobs {

// The store, awaited by stories of the loop. All pointers outlive the story.

// Store::Commit.
inline Task<absl::StatusOr<CommitOutcome>> Commit(EventLoop* loop, Store* store, Write write) {
  absl::StatusOr<CommitOutcome> outcome =
      co_await Callback<absl::StatusOr<CommitOutcome>>([&](auto done) {
        store->Commit(std::move(write),
                      [loop, done = std::move(done)](absl::StatusOr<CommitOutcome> answer) mutable {
                        loop->Post([done = std::move(done), answer = std::move(answer)]() mutable {
                          done(std::move(answer));
                        });
                      });
      });
  co_return outcome;
}

// Store::TrimEvents.
inline Task<absl::StatusOr<int64_t>> TrimEvents(EventLoop* loop, Store* store, absl::Time before) {
  absl::StatusOr<int64_t> dropped = co_await Callback<absl::StatusOr<int64_t>>([&](auto done) {
    store->TrimEvents(before,
                      [loop, done = std::move(done)](absl::StatusOr<int64_t> answer) mutable {
                        loop->Post([done = std::move(done), answer = std::move(answer)]() mutable {
                          done(std::move(answer));
                        });
                      });
  });
  co_return dropped;
}

// Runs `read`, which may wait for the disk and returns an absl::StatusOr, with the
// reader of one of the pool's threads. Errors beside its own:
// RESOURCE_EXHAUSTED/SERVER_BUSY when too many reads wait.
template <typename Read>
Task<std::invoke_result_t<Read, StoreReader&>> OnReader(EventLoop* loop, ReaderPool* readers,
                                                        Read read) {
  using Result = std::invoke_result_t<Read, StoreReader&>;
  Result result = co_await Callback<Result>([&](auto done) {
    // Shared, so that a refusal by the pool can still answer.
    auto shared = std::make_shared<decltype(done)>(std::move(done));
    const bool is_taken =
        readers->Run([loop, read = std::move(read), shared](StoreReader& reader) mutable {
          loop->Post([result = read(reader), shared = std::move(shared)]() mutable {
            (*shared)(std::move(result));
          });
        });
    if (!is_taken) (*shared)(ServerBusyError());
  });
  co_return result;
}

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_STORE_TASKS_H_

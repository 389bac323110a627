#ifndef GCJOBS_TESTS_CONFORMANCE_STORE_CONFORMANCE_H_
#define GCJOBS_TESTS_CONFORMANCE_STORE_CONFORMANCE_H_

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/mutex.h"
#include "server/store/store.h"
#include "tests/conformance/job_builders.h"

namespace gcjobs::testing {

// A store that the suite is run on, and how it is turned.
class StoreUnderTest {
 public:
  virtual ~StoreUnderTest() = default;
  virtual Store& store() = 0;
  // Commits what is queued, in a store that the test turns by hand.
  virtual void Turn() {}
};

// What a new implementation adds to the list in conformance_stores.cc.
struct StoreConfig {
  std::string name;
  // Opens the one store of this test; the second time, after the first was
  // destroyed, a persistent store is what it was.
  using Open = std::function<std::unique_ptr<StoreUnderTest>(Store::Listener)>;
  // Makes the place that the store is kept in; it goes with the function.
  std::function<Open()> make;
};

void PrintTo(const StoreConfig& config, std::ostream* os);

// The promises of store.h. Each test starts with an empty store.
class StoreConformance : public ::testing::TestWithParam<StoreConfig> {
 protected:
  StoreConformance();

  Store& store() { return under_test_->store(); }
  // For one thread at a time.
  StoreReader& reader() { return *reader_; }
  void Reopen();

  // Queues all writes, so that they may become one group, and gives their
  // answers in the same order.
  using Answers = std::vector<absl::StatusOr<CommitOutcome>>;
  Answers CommitAll(std::vector<Write> writes);
  absl::StatusOr<CommitOutcome> Commit(Write write);

  // Commits a write that must succeed: the record after it.
  store::StoredJob MustCommit(Write write);
  // Inserts job-000, job-001 ... created one second after another.
  std::vector<store::StoredJob> InsertMany(int count);

  // TrimEvents, until it is answered.
  absl::StatusOr<int64_t> Trim(absl::Time before);

  // What the listener was given so far.
  std::vector<EventPtr> Heard() ABSL_LOCKS_EXCLUDED(mu_);
  void Turn() { under_test_->Turn(); }

 private:
  Store::Listener Listen();
  void Open();

  Mutex mu_;
  std::vector<EventPtr> heard_ ABSL_GUARDED_BY(mu_);
  const StoreConfig::Open open_;
  std::unique_ptr<StoreUnderTest> under_test_;  // uses the members above
  std::unique_ptr<StoreReader> reader_;         // last: uses the store
};

// The promises of stores that outlive the process.
class PersistentStoreConformance : public StoreConformance {};

// Ids, in order.
std::vector<std::string> Ids(const std::vector<v1::Job>& jobs);
std::vector<int64_t> Revisions(const std::vector<EventPtr>& events);
std::vector<int64_t> Sequences(const std::vector<EventPtr>& events);

// first, first + 1 ... last.
std::vector<int64_t> Range(int64_t first, int64_t last);

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_CONFORMANCE_STORE_CONFORMANCE_H_

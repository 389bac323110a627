#ifndef GCJOBS_TESTS_FAKES_TEST_STORE_H_
#define GCJOBS_TESTS_FAKES_TEST_STORE_H_

#include <memory>
#include <utility>

#include "common/check.h"
#include "server/store/sqlite_store.h"

namespace gcjobs::testing {

// The real store, in memory, with a reader for the test's own thread.
class TestStore final : public Store {
 public:
  explicit TestStore(SqliteStore::Options options = {}) {
    auto store = SqliteStore::Open(std::move(options));
    GCJOBS_CHECK(store.ok(), store.status().ToString());
    store_ = *std::move(store);
    reader_ = *store_->OpenReader();
  }

  // One that commits nothing until CommitQueued().
  static SqliteStore::Options ByHand(Listener listener = nullptr) {
    SqliteStore::Options options;
    options.writer = SqliteStore::Writer::kTestOnlyByHand;
    options.listener = std::move(listener);
    return options;
  }
  void CommitQueued() { store_->TestOnlyCommitQueued(); }

  StoreReader& reader() { return *reader_; }

  void Commit(Write write, CommitDone done) override {
    store_->Commit(std::move(write), std::move(done));
  }
  void TrimEvents(absl::Time before, TrimDone done) override {
    store_->TrimEvents(before, std::move(done));
  }
  absl::StatusOr<std::unique_ptr<StoreReader>> OpenReader() override {
    return store_->OpenReader();
  }
  void Close() override { store_->Close(); }

 private:
  std::unique_ptr<SqliteStore> store_;
  std::unique_ptr<StoreReader> reader_;  // last: uses the store
};

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_FAKES_TEST_STORE_H_

// The stores that keep the promises of store.h.

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "server/store/memory_store.h"
#include "server/store/sqlite_store.h"
#include "tests/conformance/store_conformance.h"

namespace gcjobs::testing {
namespace {

GroupCommitOptions Options(CommitMode mode, Store::Listener listener) {
  GroupCommitOptions options;
  options.mode = mode;
  options.listener = std::move(listener);
  return options;
}

// Either of our stores, turned by the test or by its own thread.
template <typename StoreType>
class GroupCommitStore : public StoreUnderTest {
 public:
  GroupCommitStore(std::unique_ptr<StoreType> store, CommitMode mode)
      : store_(std::move(store)), mode_(mode) {}
  Store& store() override { return *store_; }
  void Turn() override {
    if (mode_ == CommitMode::kManual) store_->CommitQueued();
  }

 private:
  const std::unique_ptr<StoreType> store_;
  const CommitMode mode_;
};

StoreConfig::Open MakeMemory(CommitMode mode) {
  return [mode](Store::Listener listener) {
    return std::make_unique<GroupCommitStore<MemoryStore>>(
        std::make_unique<MemoryStore>(Options(mode, std::move(listener))), mode);
  };
}

// A directory that is removed with its last owner.
std::shared_ptr<const std::string> MakeTempDir() {
  std::string path = ::testing::TempDir() + "/gcjobs-store-XXXXXX";
  if (mkdtemp(path.data()) == nullptr) std::abort();
  return {new std::string(path), [](const std::string* dir) {
            std::filesystem::remove_all(*dir);
            delete dir;
          }};
}

StoreConfig::Open MakeSqlite(CommitMode mode) {
  return [mode, dir = MakeTempDir()](Store::Listener listener) {
    SqliteStore::Options options;
    options.data_dir = *dir;
    options.commit = Options(mode, std::move(listener));
    auto store = SqliteStore::Open(std::move(options));
    EXPECT_TRUE(store.ok()) << store.status();
    return std::make_unique<GroupCommitStore<SqliteStore>>(*std::move(store), mode);
  };
}

std::string NameOf(const ::testing::TestParamInfo<StoreConfig>& info) { return info.param.name; }

const StoreConfig kMemory{"Memory", [] { return MakeMemory(CommitMode::kThread); }};
const StoreConfig kMemoryByHand{"MemoryByHand", [] { return MakeMemory(CommitMode::kManual); }};
const StoreConfig kSqlite{"Sqlite", [] { return MakeSqlite(CommitMode::kThread); }};
const StoreConfig kSqliteByHand{"SqliteByHand", [] { return MakeSqlite(CommitMode::kManual); }};

INSTANTIATE_TEST_SUITE_P(Stores, StoreConformance,
                         ::testing::Values(kMemory, kMemoryByHand, kSqlite, kSqliteByHand), NameOf);
INSTANTIATE_TEST_SUITE_P(Stores, PersistentStoreConformance,
                         ::testing::Values(kSqlite, kSqliteByHand), NameOf);

}  // namespace
}  // namespace gcjobs::testing

// The stores that keep the promises of store.h.

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "server/store/sqlite_store.h"
#include "tests/conformance/store_conformance.h"

namespace gcjobs::testing {
namespace {

using Writer = SqliteStore::Writer;

class SqliteUnderTest : public StoreUnderTest {
 public:
  explicit SqliteUnderTest(SqliteStore::Options options) : writer_(options.writer) {
    auto store = SqliteStore::Open(std::move(options));
    EXPECT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }
  Store& store() override { return *store_; }
  void Turn() override {
    if (writer_ == Writer::kTestOnlyByHand) store_->TestOnlyCommitQueued();
  }

 private:
  const Writer writer_;
  std::unique_ptr<SqliteStore> store_;
};

// A directory that is removed with its last owner.
std::shared_ptr<const std::string> MakeTempDir() {
  std::string path = ::testing::TempDir() + "/gcjobs-store-XXXXXX";
  if (mkdtemp(path.data()) == nullptr) std::abort();
  return {new std::string(path), [](const std::string* dir) {
            std::filesystem::remove_all(*dir);
            delete dir;
          }};
}

// `dir` is null for a store in memory.
StoreConfig::Open MakeSqlite(Writer writer, std::shared_ptr<const std::string> dir) {
  return [writer, dir = std::move(dir)](Store::Listener listener) {
    SqliteStore::Options options;
    if (dir != nullptr) options.data_dir = *dir;
    options.writer = writer;
    options.listener = std::move(listener);
    return std::make_unique<SqliteUnderTest>(std::move(options));
  };
}

std::string NameOf(const ::testing::TestParamInfo<StoreConfig>& info) { return info.param.name; }

const StoreConfig kMemory{"Memory", [] { return MakeSqlite(Writer::kThread, nullptr); }};
const StoreConfig kSqlite{"Sqlite", [] { return MakeSqlite(Writer::kThread, MakeTempDir()); }};
const StoreConfig kSqliteByHand{"SqliteByHand",
                                [] { return MakeSqlite(Writer::kTestOnlyByHand, MakeTempDir()); }};

INSTANTIATE_TEST_SUITE_P(Stores, StoreConformance,
                         ::testing::Values(kMemory, kSqlite, kSqliteByHand), NameOf);
INSTANTIATE_TEST_SUITE_P(Stores, PersistentStoreConformance,
                         ::testing::Values(kSqlite, kSqliteByHand), NameOf);

}  // namespace
}  // namespace gcjobs::testing

#include "server/job_kinds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/fakes/temp_dir.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOk;
using ::testing::HasSubstr;

// A kind file that lives as long as the test.
class KindFile {
 public:
  explicit KindFile(const std::string& text) : path_(dir_.Write("kinds.json", text)) {}
  const std::string& path() const { return path_; }

 private:
  const testing::TempDir dir_;
  const std::string path_;
};

TEST(JobKindsTest, ActionsAndBuiltInKindsAreAlwaysThere) {
  const auto kinds = MakeJobKinds({});
  ASSERT_THAT(kinds, IsOk());
  for (const absl::string_view name :
       {kAsyncActionKind, kDirectActionKind, kConversationQueryKind, kConversationJobKind}) {
    EXPECT_NE((*kinds)->Find(name), nullptr) << name;
  }
}

// What main.cc takes for a wrong setting.
TEST(JobKindsTest, AFileWithAnErrorIsAWrongSettingAndNamesTheLine) {
  const KindFile file("{\n\n  oops\n}");
  const absl::Status status = MakeJobKinds({file.path()}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr(file.path() + ":3: "));
}

TEST(JobKindsTest, AFileThatCannotBeReadIsAWrongSettingToo) {
  const absl::Status status = MakeJobKinds({"/no/such/file"}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("--kinds"));
  EXPECT_THAT(status.message(), HasSubstr("/no/such/file"));
}

}  // namespace
}  // namespace gcjobs

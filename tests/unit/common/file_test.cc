#include "common/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/fakes/temp_dir.h"

namespace gcjobs {
namespace {

using ::testing::StartsWith;

TEST(FileTest, IsReadByteForByte) {
  const testing::TempDir dir;
  const std::string large = absl::StrCat(std::string("\0\r\n\xFF", 4), std::string(100'000, 'x'));
  for (const std::string& text : {std::string(), std::string("line\n"), large}) {
    const absl::StatusOr<std::string> read = ReadFile(dir.Write("file", text));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(*read, text);
  }
}

TEST(FileTest, ErrorsHaveTheSystemsCodeAndNameThePath) {
  const testing::TempDir dir;
  const absl::Status missing = ReadFile(dir.File("none")).status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(missing.message(),
            absl::StrCat("cannot read ", dir.File("none"), ": No such file or directory"));
  const absl::Status folder = ReadFile(dir.path()).status();
  EXPECT_THAT(std::string(folder.message()),
              StartsWith(absl::StrCat("cannot read ", dir.path(), ": ")));
}

}  // namespace
}  // namespace gcjobs

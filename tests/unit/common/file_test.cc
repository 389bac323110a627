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

TEST(TextFileTest, AByteOrderMarkIsLeftOut) {
  const testing::TempDir dir;
  EXPECT_EQ(*ReadTextFile(dir.Write("file", "\xEF\xBB\xBFx\xEF\xBB\xBF")), "x\xEF\xBB\xBF");
  EXPECT_EQ(*ReadTextFile(dir.Write("file", "\xEF\xBB")), "\xEF\xBB");
}

TEST(TextFileTest, Utf16IsRefusedByName) {
  const testing::TempDir dir;
  for (const std::string& text : {std::string("\xFF\xFEx\0", 4), std::string("\xFE\xFF\0x", 4)}) {
    const absl::Status status = ReadTextFile(dir.Write("file", text)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(status.message(), absl::StrCat("cannot read ", dir.File("file"),
                                             ": it is in UTF-16; save it as UTF-8"));
  }
}

}  // namespace
}  // namespace gcjobs

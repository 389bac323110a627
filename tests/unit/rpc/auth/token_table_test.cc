#include "server/rpc/auth/token_table.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "server/rpc/sha256.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/rpc/auth/test_certificates.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::StatusIs;
using ::gcjobs::testing::WriteTempFile;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Optional;

TEST(TokenTableTest, FindsWhoseTokenItIs) {
  const auto table = TokenTable::Parse("t", "alice a-token\r\n  bob\tb-token  \nalice second\n");
  ASSERT_THAT(table, IsOk());
  EXPECT_THAT(table->FindPrincipal("a-token"), Optional(std::string("alice")));
  EXPECT_THAT(table->FindPrincipal("second"), Optional(std::string("alice")));
  EXPECT_THAT(table->FindPrincipal("b-token"), Optional(std::string("bob")));
}

TEST(TokenTableTest, OtherTokensAreNobodys) {
  const auto table = TokenTable::Parse("t", "alice a-token");
  ASSERT_THAT(table, IsOk());
  for (const char* token : {"", "a-toke", "a-token ", "a-token2", "A-TOKEN", "alice"}) {
    EXPECT_EQ(table->FindPrincipal(token), std::nullopt) << token;
  }
}

TEST(TokenTableTest, DigestStandsForItsToken) {
  const std::string hex = absl::BytesToHexString(Sha256("s3cret"));
  const auto table = TokenTable::Parse(
      "t", absl::StrCat("a sha256:", hex, "\nb sha256:",
                        absl::AsciiStrToUpper(absl::BytesToHexString(Sha256("other")))));
  ASSERT_THAT(table, IsOk());
  EXPECT_THAT(table->FindPrincipal("s3cret"), Optional(std::string("a")));
  EXPECT_THAT(table->FindPrincipal("other"), Optional(std::string("b")));
  // Who reads the file must not be able to call.
  EXPECT_EQ(table->FindPrincipal(hex), std::nullopt);
  EXPECT_EQ(table->FindPrincipal(absl::StrCat("sha256:", hex)), std::nullopt);
}

TEST(TokenTableTest, CommentsAndEmptyLinesMeanNothing) {
  const auto table = TokenTable::Parse("t", "# alice old\n\n   \na b\n");
  ASSERT_THAT(table, IsOk());
  EXPECT_EQ(table->FindPrincipal("old"), std::nullopt);
}

TEST(TokenTableTest, BadLinesAreNamedButNotQuoted) {
  for (const std::string& line :
       {std::string("just-a-token"), std::string("a secret-token c"),
        std::string("a sha256:secret-token"), std::string("a sha256:") + std::string(63, '0'),
        std::string("a secret-t\xc3\xb6ken"), std::string("b\x01 secret-token"),
        std::string(129, 'p') + " secret-token"}) {
    const auto status =
        TokenTable::Parse("token file x", absl::StrCat("good one\n", line)).status();
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument)) << line;
    EXPECT_THAT(std::string(status.message()), HasSubstr("token file x, line 2"));
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("secret")));
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("just-a-token")));
  }
}

TEST(TokenTableTest, FileWithoutTokensIsRefused) {
  EXPECT_THAT(TokenTable::Parse("t", "# nobody yet\n"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(TokenFileTest, LoadsAndSaysNothingOfAPrivateFile) {
  const std::string path = WriteTempFile("tokens", "alice a-token\n");
  ::testing::internal::CaptureStderr();
  const auto table = TokenTable::Load(path);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  ASSERT_THAT(table, IsOk());
  EXPECT_THAT(table->FindPrincipal("a-token"), Optional(std::string("alice")));
}

TEST(TokenFileTest, WarnsWhenOthersMayRead) {
  const std::string path = WriteTempFile("tokens", "alice a-token\n");
  ASSERT_EQ(chmod(path.c_str(), 0640), 0);
  ::testing::internal::CaptureStderr();
  EXPECT_THAT(TokenTable::Load(path), IsOk());
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("token_file_readable_by_others"));
  EXPECT_THAT(log, Not(HasSubstr("a-token")));
}

TEST(TokenFileTest, LongFileIsReadWhole) {
  std::string text;
  for (int i = 0; i < 10000; ++i) absl::StrAppend(&text, "user", i, " token", i, "\n");
  const auto table = TokenTable::Load(WriteTempFile("tokens", text));
  ASSERT_THAT(table, IsOk());
  EXPECT_THAT(table->FindPrincipal("token9999"), Optional(std::string("user9999")));
}

TEST(TokenFileTest, MissingFileIsNotFound) {
  EXPECT_THAT(TokenTable::Load("/none/tokens"), StatusIs(absl::StatusCode::kNotFound));
}

TEST(TokenFileTest, DirectoryIsNoTokenFile) {
  EXPECT_THAT(TokenTable::Load(::testing::TempDir()), Not(IsOk()));
}

}  // namespace
}  // namespace gcjobs

#include "server/rpc/sha256.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"

namespace gcjobs {
namespace {

// FIPS 180-2, appendix B.1.
TEST(Sha256Test, KnownAnswer) {
  EXPECT_EQ(absl::BytesToHexString(Sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(FieldHashTest, IsSha256OfLengthsAndFields) {
  EXPECT_EQ(FieldHash().Add("ab").Add("").Digest(), Sha256("2:ab0:"));
}

TEST(FieldHashTest, TellsApartWhereFieldsEnd) {
  EXPECT_NE(FieldHash().Add("ab").Add("c").Digest(), FieldHash().Add("a").Add("bc").Digest());
  EXPECT_NE(FieldHash().Add("a").Digest(), FieldHash().Add("a").Add("").Digest());
}

}  // namespace
}  // namespace gcjobs

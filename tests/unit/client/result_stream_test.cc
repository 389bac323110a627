#include "client/result_stream.h"

#include <grpcpp/support/slice.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gcjobs {
namespace {

v1::ResultPage SomePage() {
  v1::ResultPage page;
  page.set_items_json(R"([{"id":12345678901234567890,"name":"Zoë"}])");
  page.set_item_count(1);
  page.set_page_number(300);
  page.set_next_cursor("c");
  page.set_last(true);
  return page;
}

// The bytes in slices of `size`, as they come from the wire.
grpc::ByteBuffer InSlices(const std::string& bytes, size_t size) {
  std::vector<grpc::Slice> slices;
  for (size_t i = 0; i < bytes.size(); i += size) slices.emplace_back(bytes.substr(i, size));
  return grpc::ByteBuffer(slices.data(), slices.size());
}

TEST(ParseResultPageTest, ReadsWhatTheServerWrote) {
  const v1::ResultPage written = SomePage();
  for (const size_t slice : {1, 7, 10'000}) {
    grpc::ByteBuffer bytes = InSlices(written.SerializeAsString(), slice);
    v1::ResultPage read;
    ASSERT_TRUE(ParseResultPage(&bytes, &read));
    EXPECT_EQ(read.SerializeAsString(), written.SerializeAsString());
  }
}

TEST(ParseResultPageTest, ForgetsThePageBefore) {
  v1::ResultPage read = SomePage();
  v1::ResultPage written;
  written.set_items_json("[]");
  grpc::ByteBuffer bytes = InSlices(written.SerializeAsString(), 100);
  ASSERT_TRUE(ParseResultPage(&bytes, &read));
  EXPECT_EQ(read.SerializeAsString(), written.SerializeAsString());
}

TEST(ParseResultPageTest, StepsOverFieldsOfNewerServers) {
  std::string wire = SomePage().SerializeAsString();
  wire += std::string("\xa2\x06\x03new", 6);  // field 100, text
  wire += std::string("\xa8\x06\x05", 3);     // field 101, a number
  grpc::ByteBuffer bytes = InSlices(wire, 5);
  v1::ResultPage read;
  ASSERT_TRUE(ParseResultPage(&bytes, &read));
  EXPECT_EQ(read.SerializeAsString(), SomePage().SerializeAsString());
}

TEST(ParseResultPageTest, RefusesWhatIsNoPage) {
  const std::string whole = SomePage().SerializeAsString();
  for (const std::string& wire : {whole.substr(0, 10), std::string("\x0a\xff\xff\xff\xff\x0f", 6),
                                  std::string("\x07", 1), whole + std::string("\x10", 1)}) {
    grpc::ByteBuffer bytes = InSlices(wire, 4);
    v1::ResultPage read;
    EXPECT_FALSE(ParseResultPage(&bytes, &read)) << wire.size() << " bytes";
  }
}

}  // namespace
}  // namespace gcjobs
